import Concurrency
import Postgres

/// How many sign-ins may fail before there is a pause, and how the pauses grow.
///
/// A pause always ends: nobody is locked out for good by somebody who only knows their name.
struct AttemptLimit: Sendable {
    /// The failure that brings the first pause.
    let threshold: Int
    /// Failures longer ago than this are forgotten.
    let window: Duration

    private static let firstPause: Double = 30
    private static let longestPause: Double = 15 * 60

    /// For one name, whether somebody has it or not, as it is tried from one address.
    static let nameFromAddress = AttemptLimit(threshold: 5, window: longestWindow)
    /// For one name from wherever it is tried: each address adds no more than its own first failures, so that no single
    /// stranger keeps anybody out.
    static let name = AttemptLimit(threshold: 30, window: longestWindow)
    /// For one address, behind which may be an office.
    static let address = AttemptLimit(threshold: 50, window: .seconds(3600))

    static let longestWindow = Duration.seconds(24 * 3600)

    /// Counts an attempt before it is looked at, so that many at once are each counted; nothing in the answer while
    /// there is a pause.
    func statement(key: [UInt8], now: UnixTime) -> SQL {
        let old = now - window
        return """
            INSERT INTO sign_in_attempts AS a (key, failures, last_at, locked_until) VALUES (\(key), 1, \(now), \(now))
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE WHEN a.last_at < \(old) THEN 1 ELSE a.failures + 1 END,
                last_at = \(now),
                locked_until = CASE WHEN a.last_at < \(old) OR a.failures + 1 < \(threshold) THEN \(now)
                    ELSE \(now) + interval '1 second' * least(
                        \(Self.longestPause), \(Self.firstPause) * power(2, least(a.failures + 1 - \(threshold), 16))
                    ) END
            WHERE a.locked_until <= \(now)
            RETURNING failures
            """
    }
}
