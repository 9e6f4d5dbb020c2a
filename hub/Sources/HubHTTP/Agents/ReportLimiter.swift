import Concurrency
import HubAPI

/// Bounds how often each cluster may speak: so many at once, and so many a second after that.
final class ReportLimiter: Sendable {
    private let perSecond: Int
    private let limiter: RateLimiter<String>

    init(burst: Int, perSecond: Int, clock: @escaping WallClock) {
        self.perSecond = perSecond
        limiter = RateLimiter(burst: burst, perSecond: Double(perSecond), clock: clock)
    }

    /// Counts one message of a cluster.
    ///
    /// - Throws: `Postponement` of kind `tooManyRequests` when the cluster has spoken too often.
    func admit(_ clusterID: String) throws {
        guard let seconds = limiter.take(clusterID) else { return }
        throw Postponement(
            Problem(
                .tooManyRequests,
                detail: "The cluster reports more often than \(perSecond) times a second.",
                hint: "What changes on the cluster changes too fast to follow; look at its agent's log."
            ),
            retryAfterSeconds: seconds
        )
    }
}
