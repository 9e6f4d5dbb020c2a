package import Concurrency

/// Time and chance, handed in so that every fault has a test.
package struct AgentEnvironment: Sendable {
    package let now: WallClock
    /// Waits; throws `CancellationError` when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    package let generator: @Sendable () -> any RandomNumberGenerator

    package static let system = AgentEnvironment()

    package init(
        now: @escaping WallClock = { UnixTime.now() },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        generator: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.now = now
        self.sleep = sleep
        self.generator = generator
    }

    /// The next wait of `backoff`.
    package func next(_ backoff: inout Backoff) -> Duration {
        var generator = generator()
        return backoff.next(using: &generator)
    }
}
