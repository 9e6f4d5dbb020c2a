import Synchronization

/// Whether the agent gets on: what must happen again and again, and when it last did.
///
/// Liveness depends on nothing but the process itself: neither a hub nor an API server that is away makes it fail.
package final class AgentPulse: Sendable {
    package enum Part: String, Hashable, Sendable, CaseIterable {
        /// The hub is asked for news.
        case following
        /// Passes end, or get on while they run.
        case passing
    }

    /// How long a part may stand still; a layer may take ten minutes to come.
    package static let limit = Duration.seconds(900)

    private let now: @Sendable () -> ContinuousClock.Instant
    private let until: Mutex<[Part: ContinuousClock.Instant]> = Mutex([:])

    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Enters that `part` got on, and may now stand still for the limit, and `longer` where somebody asked for that.
    package func beat(_ part: Part, longer: Duration = .zero) {
        let end = now() + Self.limit + longer
        until.withLock { $0[part] = end }
    }

    /// The part that has stood still for too long; one that never began does not count.
    package var stuck: Part? {
        let now = now()
        return until.withLock { parts in Part.allCases.first { part in parts[part].map { $0 < now } ?? false } }
    }

    var liveness: StatusAnswer {
        stuck.map { .unavailable("stuck: \($0.rawValue) made no progress") } ?? .ok
    }
}
