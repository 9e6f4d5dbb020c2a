import Concurrency
import Hummingbird
import Synchronization

/// One request and its answer.
///
/// An answer that waits for news has no task: each call that waits keeps its frame, which came to some 50 kB for each of ten
/// thousand agents. The route leaves here what to look at and when, and returns; the look is a task of its own.
final class Exchange: Sendable {
    /// What a look comes to.
    enum Step: Sendable {
        case answer(Response)
        /// Nothing yet: look again when the signal is newer than this; when the time is over, it is answered that nothing is new.
        case wait(Signal, after: UInt64, atMost: Duration)
    }

    /// Looks for the answer; told whether it is the first time.
    typealias Look = @Sendable (_ isFirst: Bool) async throws -> Step

    /// That of the request whose task this is.
    @TaskLocal static var current: Exchange?

    private struct State {
        var wait: (signal: Signal, after: UInt64, limit: Duration)?
        var look: Look?
        var whenAnswered: [@Sendable (Response) -> Void] = []
        var isEnding = false
        var nextID: UInt64 = 0
        var waits: [UInt64: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Whether the answer of the route is not the one that is sent.
    var isHeld: Bool { state.withLock { $0.look != nil } }

    /// Whether the answer is to come to its end: the hub is stopping, or nobody is there to read it.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Looks, and leaves further looks to whoever began the request; the answer is then a stand-in for the headers.
    ///
    /// - Throws: what the first look throws.
    static func answer(_ look: @escaping Look) async throws -> Response {
        switch try await look(true) {
        case .answer(let response): return response
        case .wait(let signal, let after, let limit):
            guard let current else { throw HTTPError(.internalServerError, message: "nobody waits for the answer") }
            current.state.withLock {
                $0.wait = (signal, after, limit)
                $0.look = look
            }
            return Response(status: .notModified)
        }
    }

    /// Calls `action` with the answer that is sent in the end.
    func whenAnswered(_ action: @escaping @Sendable (Response) -> Void) {
        state.withLock { $0.whenAnswered.append(action) }
    }

    func noteAnswer(_ response: Response) {
        for action in state.withLock({ $0.whenAnswered }) { action(response) }
    }

    // MARK: - Looking again

    /// Calls `body` once, on whatever thread, when it is time to look again; it is told whether the signal came.
    func whenDue(_ body: @escaping @Sendable (_ isNews: Bool) -> Void) {
        guard let (signal, after, limit) = state.withLock({ $0.wait }) else { return body(false) }
        let place = signal.reservePlace()
        CoarseTimer.shared.call(in: limit) { [weak signal] in signal?.leave(place) }
        let wait = beginWait { signal.leave(place) }
        signal.whenNewer(than: after, in: place) { version in
            self.endWait(wait)
            body(version > after)
        }
    }

    /// Looks once more; `nil` when there is nothing yet.
    ///
    /// - Throws: what the look throws.
    func look() async throws -> Response? {
        guard let look = state.withLock({ $0.look }) else { return nil }
        switch try await look(false) {
        case .answer(let response): return response
        case .wait(let signal, let after, let limit):
            state.withLock { $0.wait = (signal, after, limit) }
            return nil
        }
    }

    // MARK: - Ending

    /// Ends whatever the request waits for, now and from now on.
    func end() {
        let waits = state.withLock { state in
            state.isEnding = true
            defer { state.waits.removeAll() }
            return state.waits.values
        }
        for end in waits { end() }
    }

    /// Notes how to end a wait that begins; with the number that is returned it must be said to be over.
    func beginWait(_ end: @escaping @Sendable () -> Void) -> UInt64 {
        let (id, isEnding) = state.withLock { state in
            state.nextID += 1
            if !state.isEnding { state.waits[state.nextID] = end }
            return (state.nextID, state.isEnding)
        }
        if isEnding { end() }
        return id
    }

    func endWait(_ id: UInt64) { state.withLock { _ = $0.waits.removeValue(forKey: id) } }
}
