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
        let now = clock()
        return bucket.withLock { $0.left(rate, at: now) >= 1 }
    }

    /// Counts one request.
    func spend() {
        let now = clock()
        bucket.withLock { $0.take(rate, at: now) }
    }
}
