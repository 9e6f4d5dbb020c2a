import Concurrency
import Synchronization

/// How far the simulated agents are: which revision each has fetched, and which the hub has its report of.
package final class FleetProgress: Sendable {
    /// When the last agent had done something, since somebody began to look.
    package struct Arrival: Hashable, Sendable {
        package let lastFetch: Duration
        package let lastReport: Duration
    }

    private struct State {
        var fetched: [Int64]
        var reported: [Int64]
        var target: Int64 = 0
        var unfetched = 0
        var unreported = 0
        var lastFetch: ContinuousClock.Instant
        var lastReport: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let changed = Signal()

    /// - Parameter agents: how many agents there are.
    package init(agents: Int) {
        let now = ContinuousClock.now
        state = Mutex(
            State(
                fetched: Array(repeating: 0, count: agents),
                reported: Array(repeating: 0, count: agents),
                lastFetch: now,
                lastReport: now
            )
        )
    }

    func fetched(_ revision: Int64, agent: Int) {
        state.withLock { state in
            guard revision > state.fetched[agent] else { return }
            if state.fetched[agent] < state.target, revision >= state.target {
                state.unfetched -= 1
                state.lastFetch = .now
            }
            state.fetched[agent] = revision
        }
    }

    func reported(_ revision: Int64, agent: Int) {
        let isLast = state.withLock { state in
            guard revision > state.reported[agent] else { return false }
            var isLast = false
            if state.reported[agent] < state.target, revision >= state.target {
                state.unreported -= 1
                state.lastReport = .now
                isLast = state.unreported == 0
            }
            state.reported[agent] = revision
            return isLast
        }
        if isLast { changed.notify() }
    }

    /// How many agents' reports of `revision` or a later one the hub does not have.
    package func missing(_ revision: Int64) -> Int { state.withLock { $0.reported.count { $0 < revision } } }

    /// Waits until the hub has the report of every agent that runs `revision` or a later one.
    ///
    /// - Returns: how long after `start` the last one was there.
    /// - Throws: `DeadlineExceeded` when it takes longer than `limit`.
    package func waitForAll(
        _ revision: Int64,
        since start: ContinuousClock.Instant,
        limit: Duration
    ) async throws -> Arrival {
        let isThere = state.withLock { state in
            state.target = revision
            state.unfetched = state.fetched.count { $0 < revision }
            state.unreported = state.reported.count { $0 < revision }
            return state.unreported == 0
        }
        if !isThere {
            try await withDeadline(limit) { [self] in
                var seen: UInt64 = 0
                while state.withLock({ $0.unreported > 0 && $0.target == revision }) {
                    seen = await changed.wait(after: seen)
                    try Task.checkCancellation()
                }
            }
        }
        return state.withLock { state in
            Arrival(
                lastFetch: max(.zero, start.duration(to: state.lastFetch)),
                lastReport: max(.zero, start.duration(to: state.lastReport))
            )
        }
    }
}
