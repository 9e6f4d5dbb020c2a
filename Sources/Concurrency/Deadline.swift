/// Something did not end in its time.
package struct DeadlineExceeded: Error, Hashable, Sendable, CustomStringConvertible {
    package let limit: Duration

    package init(limit: Duration) {
        self.limit = limit
    }

    package var description: String { "did not end within \(limit)" }
}

/// Runs `body`, cancels it when `limit` has passed, and waits until it has ended.
///
/// - Throws: `DeadlineExceeded` when the time was up before `body` ended, otherwise what `body` throws.
package func withDeadline<Result: Sendable>(
    _ limit: Duration,
    clock: some Clock<Duration> = ContinuousClock(),
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            try Task.checkCancellation()
            throw DeadlineExceeded(limit: limit)
        }
        return result
    }
}
