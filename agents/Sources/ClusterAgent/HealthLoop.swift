import Concurrency

/// Looks at objects that are not ready: soon after something happened to one, then ever more seldom.
struct HealthLoop: Sendable {
    /// Between two rounds; events that come together are one look.
    private static let pause = Duration.milliseconds(250)

    let reconciler: Reconciler
    let environment: AgentEnvironment

    func run() async {
        while !Task.isCancelled {
            let seen = reconciler.healthDue.version
            if let wait = await reconciler.checkHealth() {
                await Self.wait(reconciler.healthDue, after: seen, atMost: wait, environment)
            } else {
                _ = await reconciler.healthDue.wait(after: seen)
            }
            try? await environment.sleep(Self.pause)
        }
    }

    /// Waits for the signal or the time, whichever comes first.
    private static func wait(
        _ signal: Signal,
        after seen: UInt64,
        atMost time: Duration,
        _ environment: AgentEnvironment
    ) async {
        guard time > .zero else { return }
        await withTaskGroup { group in
            group.addTask { _ = await signal.wait(after: seen) }
            group.addTask { try? await environment.sleep(time) }
            await group.next()
            group.cancelAll()
        }
    }
}
