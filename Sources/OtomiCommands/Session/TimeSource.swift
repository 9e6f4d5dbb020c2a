/// The clocks a command looks at; tests hand in their own.
package struct TimeSource: Sendable {
    /// Time since some fixed moment; never goes back.
    package var elapsed: @Sendable () -> Duration
    /// Waits; throws `CancellationError` when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Seconds since 1970, for ages.
    package var unixSeconds: @Sendable () -> Int64

    package init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        unixSeconds: @escaping @Sendable () -> Int64
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.unixSeconds = unixSeconds
    }
}
