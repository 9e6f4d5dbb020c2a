/// When a delivery that failed is tried again: three times as long after each failure, for most of a day.
package enum WebhookRetry {
    private static let first: Duration = .seconds(10)
    private static let longest: Duration = .seconds(12 * 3_600)

    /// The pause after so many attempts; `jitter` from 0 to 1 spreads it by a fifth to both sides.
    package static func pause(after attempts: Int, jitter: Double) -> Duration {
        var pause = first
        for _ in 1..<max(attempts, 1) where pause < longest { pause *= 3 }
        return min(pause, longest) * (0.8 + 0.4 * min(max(jitter, 0), 1))
    }
}
