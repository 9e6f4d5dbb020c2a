import Concurrency
import JSON

/// The logic of list and watch, without I/O: says what to do next and turns what came of it into events.
struct WatchMachine: Sendable {
    /// What the driver has to do next.
    enum Step: Hashable, Sendable {
        case list(continueToken: String?)
        case watch(resourceVersion: String)
        case pause(Duration)
    }

    /// What came of the last step.
    enum Input: Sendable {
        case page(ObjectPage)
        case line(JSONValue)
        /// The stream ended: when it was to, or early because the server or something on the way goes away.
        case streamEnded(lasted: Duration, isEarly: Bool)
        case failed(KubernetesError)
        case pauseOver
    }

    private enum State: Hashable, Sendable {
        /// Can transition to `listing` (next page), `watching`, or `pausing`.
        case listing(continueToken: String?)
        /// Can transition to `watching` (newer), or `pausing`.
        case watching(resourceVersion: String)
        /// Can transition to what comes `after` it.
        indirect case pausing(Duration, after: State)
    }

    /// A stream that lived this long is a good one, even when nothing happened on it.
    private static let goodLifetime: Duration = .seconds(10)

    private let type: GroupVersionKind
    private var state = State.listing(continueToken: nil)
    private var backoff: Backoff
    /// For a server that gives no answer: it is our own cluster's, and what happened meanwhile is to be seen soon.
    private var awayBackoff = Backoff(base: .milliseconds(100), cap: .seconds(2))
    private var hasStartedList = false

    init(type: GroupVersionKind, backoff: Backoff = Backoff(base: .milliseconds(100), cap: .seconds(30))) {
        self.type = type
        self.backoff = backoff
    }

    var step: Step {
        switch state {
        case .listing(let token): .list(continueToken: token)
        case .watching(let version): .watch(resourceVersion: version)
        case .pausing(let wait, _): .pause(wait)
        }
    }

    mutating func handle(_ input: Input, using generator: inout some RandomNumberGenerator) -> [WatchEvent] {
        switch (state, input) {
        case (.pausing(_, let after), .pauseOver):
            state = after
            return []
        case (.listing, .page(let page)): return take(page)
        case (.watching, .line(let line)): return take(line, using: &generator)
        case (.watching, .streamEnded(let lasted, let isEarly)):
            if lasted >= Self.goodLifetime { resetBackoff() }
            guard isEarly else { return [] }
            // What answers next may be another server, or this one restored from a backup; and one that ends every stream
            // at once must not be asked again and again.
            state = .pausing(awayBackoff.next(using: &generator), after: .listing(continueToken: nil))
            return [.fellBehind]
        case (_, .failed(let error)): return fail(error, using: &generator)
        default:
            // The driver does one step at a time; anything else is a late answer that no longer counts.
            return []
        }
    }

    private mutating func take(_ page: ObjectPage) -> [WatchEvent] {
        var events: [WatchEvent] = hasStartedList ? [] : [.listStarted]
        events += page.objects.map(WatchEvent.listed)
        if let token = page.continueToken {
            hasStartedList = true
            state = .listing(continueToken: token)
        } else {
            hasStartedList = false
            state = .watching(resourceVersion: page.resourceVersion)
            events.append(.listFinished)
        }
        return events
    }

    private mutating func take(_ line: JSONValue, using generator: inout some RandomNumberGenerator) -> [WatchEvent] {
        let json = line["object"] ?? .null
        if line["type"]?.stringValue == "ERROR" {
            return fail(KubernetesError(status: json, operation: "watch \(type)"), using: &generator)
        }
        let object = KubernetesObject(json, typed: type)
        if let version = object.resourceVersion {
            guard !isBack(version) else {
                state = .listing(continueToken: nil)
                return [.fellBehind]
            }
            state = .watching(resourceVersion: version)
        }
        resetBackoff()
        switch line["type"]?.stringValue {
        case "ADDED", "MODIFIED": return [.applied(object)]
        case "DELETED": return [.deleted(object)]
        default: return []  // BOOKMARK, whose version was taken above, and what later servers may add
        }
    }

    /// Whether the server has gone back in time behind our back: it was restored from a backup.
    private func isBack(_ version: String) -> Bool {
        guard case .watching(let last) = state, let last = UInt64(last), let version = UInt64(version) else {
            return false
        }
        return version < last
    }

    private mutating func resetBackoff() {
        backoff.reset()
        awayBackoff.reset()
    }

    /// Goes on where it was after a server's refusal; lists anew when the server does not know that place, or gave no
    /// answer: what comes back at the address may be restored from a backup, or empty.
    private mutating func fail(
        _ error: KubernetesError,
        using generator: inout some RandomNumberGenerator
    ) -> [WatchEvent] {
        let isAway = error.code == .unreachable || error.code == .timeout
        let pause = isAway ? awayBackoff.next(using: &generator) : backoff.next(using: &generator)
        let wait = max(pause, error.retryAfter ?? .zero)
        let knowsUs = error.status != nil && error.code != .expired && error.code != .notFound
        if case .watching = state, knowsUs {
            state = .pausing(wait, after: state)
        } else {
            hasStartedList = false
            state = .pausing(wait, after: .listing(continueToken: nil))
        }
        // Being too far behind is the way of things, not a fault.
        return error.code == .expired ? [.fellBehind] : [.interrupted(error)]
    }
}
