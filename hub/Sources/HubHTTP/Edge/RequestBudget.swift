import Concurrency
import Synchronization

/// How many requests of one kind are let through: a burst, and then so many each second.
final class RequestBudget: Sendable {
    private struct State {
        var left: Double
        var since: UnixTime
    }

    private let burst: Double
    private let perSecond: Double
    private let clock: WallClock
    private let state: Mutex<State>

    init(burst: Int, perSecond: Double, clock: @escaping WallClock) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.clock = clock
        state = Mutex(State(left: Double(burst), since: clock()))
    }

    /// Whether one more request may pass now.
    var isLeft: Bool {
        let now = clock()
        return state.withLock { state in
            let seconds = Double(max(0, now.milliseconds - state.since.milliseconds)) / 1_000
            state.left = min(burst, state.left + seconds * perSecond)
            state.since = now
            return state.left >= 1
        }
    }

    /// Counts one request.
    func spend() {
        state.withLock { $0.left = max(0, $0.left - 1) }
    }
}
