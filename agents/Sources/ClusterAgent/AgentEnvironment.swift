package import Concurrency

/// Time and chance, handed in so that every fault has a test.
package struct AgentEnvironment: Sendable {
    package let now: WallClock
    /// How long the machine has been running, counted from anywhere; it never goes back and is never set.
    package let uptime: @Sendable () -> Duration
    /// Waits; throws `CancellationError` when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    package let generator: @Sendable () -> any RandomNumberGenerator

    package static let system = AgentEnvironment()

    package init(
        now: @escaping WallClock = { UnixTime.now() },
        uptime: @escaping @Sendable () -> Duration = Self.systemUptime,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        generator: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.now = now
        self.uptime = uptime
        self.sleep = sleep
        self.generator = generator
    }

    private static let start = ContinuousClock.now

    /// The time since the process began to ask.
    package static let systemUptime: @Sendable () -> Duration = { start.duration(to: .now) }

    /// The next wait of `backoff`.
    package func next(_ backoff: inout Backoff) -> Duration {
        var generator = generator()
        return backoff.next(using: &generator)
    }
}
