import Concurrency
import Hummingbird
import Synchronization

/// An answer that waits for news.
///
/// The wait is not below the middleware and the route: each call that waits keeps its frame, which came to some 50 kB for each
/// held request. The route leaves here what to look at and when, and returns; whoever began the request waits and looks.
final class HeldAnswer: Sendable {
    /// What a look comes to.
    enum Step: Sendable {
        case answer(Response)
        /// Nothing yet: look again when the signal is newer than this, or the time is over.
        case wait(Signal, after: UInt64, atMost: Duration)
    }

    /// Looks for the answer; told whether the signal came or the time is over, and nothing the first time.
    typealias Look = @Sendable (_ news: Bool?) async throws -> Step

    /// That of the request whose task this is.
    @TaskLocal static var current: HeldAnswer?

    private struct State {
        var wait: (signal: Signal, after: UInt64, limit: Duration)?
        var look: Look?
        var whenAnswered: [@Sendable (Response) -> Void] = []
    }

    private let state = Mutex(State())

    /// Whether the answer of the route is not the one that is sent.
    var isHeld: Bool { state.withLock { $0.look != nil } }

    /// Looks, and leaves further looks to whoever began the request; the answer is then a stand-in for the headers.
    ///
    /// - Throws: what the first look throws.
    static func answer(_ look: @escaping Look) async throws -> Response {
        switch try await look(nil) {
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

    /// Waits for the signal; whether it came.
    func wait() async -> Bool {
        guard let wait = state.withLock({ $0.wait }) else { return false }
        return await wait.signal.waits(after: wait.after, atMost: wait.limit)
    }

    /// Looks once more; `nil` when there is nothing yet.
    ///
    /// - Throws: what the look throws.
    func look(_ isNews: Bool) async throws -> Response? {
        guard let look = state.withLock({ $0.look }) else { return nil }
        switch try await look(isNews) {
        case .answer(let response): return response
        case .wait(let signal, let after, let limit):
            state.withLock { $0.wait = (signal, after, limit) }
            return nil
        }
    }

    func noteAnswer(_ response: Response) {
        for action in state.withLock({ $0.whenAnswered }) { action(response) }
    }
}
