import Concurrency
import Synchronization

/// How many requests of one kind are let through: a burst, and then so many each second.
final class RequestBudget: Sendable {
    private let rate: TokenBucket.Rate
    private let clock: WallClock
    private let bucket: Mutex<TokenBucket>

    init(burst: Int, perSecond: Double, clock: @escaping WallClock) {
        let rate = TokenBucket.Rate(burst: Double(burst), perSecond: perSecond)
        self.rate = rate
        self.clock = clock
        bucket = Mutex(TokenBucket(rate, now: clock()))
    }

    /// Whether one more request may pass now.
    var isLeft: Bool {
        bucket.withLock { bucket in
            let now = clock()
            bucket.follow(now)
            return bucket.left(rate, at: now) >= 1
        }
    }

    /// Counts one request.
    func spend() {
        bucket.withLock { $0.take(rate, at: clock()) }
    }
}
