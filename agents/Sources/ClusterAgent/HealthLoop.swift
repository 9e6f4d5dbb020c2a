import Concurrency

/// Looks at objects that are not ready: soon after something happened to one, then ever more seldom.
struct HealthLoop: Sendable {
    /// Events that come together are one look.
    private static let pause = Duration.milliseconds(250)

    let reconciler: Reconciler
    let environment: AgentEnvironment

    func run() async {
        var seen: UInt64 = 0
        var backoff = Backoff(base: .seconds(1), cap: .seconds(15))
        var isDue = false
        while !Task.isCancelled {
            if isDue {
                seen = await Self.wait(reconciler.healthDue, after: seen, atMost: backoff.ceiling, environment)
                _ = environment.next(&backoff)
            } else {
                seen = await reconciler.healthDue.wait(after: seen)
                backoff.reset()
            }
            try? await environment.sleep(Self.pause)
            seen = reconciler.healthDue.version
            isDue = await reconciler.checkHealth()
        }
    }

    /// Waits for the signal or the time, whichever comes first.
    static func wait(
        _ signal: Signal,
        after seen: UInt64,
        atMost time: Duration,
        _ environment: AgentEnvironment
    ) async -> UInt64 {
        await withTaskGroup(of: UInt64.self) { group in
            group.addTask { await signal.wait(after: seen) }
            group.addTask {
                try? await environment.sleep(time)
                return seen
            }
            let first = await group.next() ?? seen
            group.cancelAll()
            return max(first, seen)
        }
    }
}
