import Concurrency

/// How often something may happen: a burst, and then so many each second.
struct TokenBucket: Sendable {
    /// The size of a bucket and how fast it fills.
    struct Rate: Hashable, Sendable {
        let burst: Double
        let perSecond: Double
    }

    private var left: Double
    private var since: UnixTime

    /// A full one.
    init(_ rate: Rate, now: UnixTime) {
        left = rate.burst
        since = now
    }

    /// What is left at `now`.
    func left(_ rate: Rate, at now: UnixTime) -> Double {
        let seconds = Double(max(0, now.milliseconds - since.milliseconds)) / 1_000
        return min(rate.burst, left + seconds * rate.perSecond)
    }

    /// Begins anew at `now` when the clock was set back, with what was left: nothing would fill it before its old time.
    mutating func follow(_ now: UnixTime) { since = min(since, now) }

    /// Takes one, or as much as there is.
    mutating func take(_ rate: Rate, at now: UnixTime) {
        left = max(0, left(rate, at: now) - 1)
        since = now
    }

    /// After how many whole seconds there is one to take; 0 when there is one now.
    func secondsUntilNext(_ rate: Rate, at now: UnixTime) -> Int {
        let missing = 1 - left(rate, at: now)
        return missing <= 0 ? 0 : max(1, Int((missing / rate.perSecond).rounded(.up)))
    }
}
