/// How many calls to one server may be under way at once, learnt from how it answers.
///
/// Successes raise the limit, first quickly and then by one a round; a server that is overloaded halves it and makes
/// everybody wait. Pure: moments and chance are handed in.
package struct AdaptiveLimit: Hashable, Sendable {
    /// What the answer to one call says of the server.
    package enum Outcome: Hashable, Sendable {
        case answered
        /// It could not take the call; it may have said how long to stay away.
        case overloaded(retryAfter: Duration?)
    }

    /// The longest that everybody waits, whatever the server asks for.
    package static let longestPause = Duration.seconds(30)
    /// Up to this latency a server counts as quick, so that small servers are not held to their best moment.
    static let quick = Duration.milliseconds(100)

    private static let firstPause = Duration.milliseconds(200)
    private static let longestBackoff = Duration.seconds(2)

    private let bounds: ClosedRange<Double>
    private var exact: Double
    private var isLearning = true
    /// Calls that began before this moment were counted by the reduction made then.
    private var reducedAt: UnixTime?
    private var overloads = 0
    private var bestLatency: Duration?
    /// Until when nobody should call.
    package private(set) var resumeAt: UnixTime?

    package init(start: Int = 8, bounds: ClosedRange<Int> = 1...32) {
        self.bounds = Double(bounds.lowerBound)...Double(bounds.upperBound)
        exact = min(max(Double(start), self.bounds.lowerBound), self.bounds.upperBound)
    }

    /// How many calls may be under way at once.
    package var limit: Int { Int(exact) }

    /// How long a call must wait at `now`.
    package func pause(at now: UnixTime) -> Duration {
        guard let resumeAt, resumeAt > now else { return .zero }
        return min(resumeAt - now, Self.longestPause)
    }

    /// Takes up the outcome of a call that was made at `start` and ended at `now`; `chance`, from 0 to 1, spreads the pauses
    /// of many clients.
    package mutating func note(_ outcome: Outcome, from start: UnixTime, to now: UnixTime, chance: Double) {
        switch outcome {
        case .answered: grow(from: start, latency: now - start)
        case .overloaded(let retryAfter): shrink(from: start, at: now, retryAfter, chance)
        }
    }

    private mutating func grow(from start: UnixTime, latency: Duration) {
        // What took no time was answered from memory and says nothing of the server.
        guard latency > .zero else { return }
        let best = min(bestLatency ?? latency, latency)
        bestLatency = best
        if let reducedAt, start < reducedAt { return }
        overloads = 0
        guard latency <= max(Self.quick, best * 4) else { return }
        exact = min(bounds.upperBound, exact + (isLearning ? 0.5 : 1 / exact))
    }

    private mutating func shrink(from start: UnixTime, at now: UnixTime, _ retryAfter: Duration?, _ chance: Double) {
        let isNews = reducedAt.map { start >= $0 } ?? true
        if isNews {
            exact = max(bounds.lowerBound, exact / 2)
            isLearning = false
            reducedAt = now
            overloads += 1
        }
        let backoff = min(Self.firstPause * (1 << min(max(0, overloads - 1), 10)), Self.longestBackoff)
        let wait = retryAfter.map { $0 + $0 * (chance / 4) } ?? backoff * (0.5 + chance / 2)
        let end = now + min(wait, Self.longestPause)
        resumeAt = max(resumeAt ?? end, end)
    }
}
