import Concurrency
import HubAPI
import Synchronization

/// Bounds how often each cluster may speak: so many at once, and so many a second after that.
///
/// It counts for one replica; several replicas let so many times more through, which they can bear.
final class ReportLimiter: Sendable {
    /// More clusters than this are not remembered; the fullest are forgotten, which costs nobody anything.
    private static let capacity = 20_000

    private struct Allowance {
        var left: Double
        var at: UnixTime
    }

    private let burst: Double
    private let perSecond: Double
    private let clock: WallClock
    private let allowances = Mutex<[String: Allowance]>([:])

    init(burst: Int, perSecond: Int, clock: @escaping WallClock) {
        self.burst = Double(burst)
        self.perSecond = Double(perSecond)
        self.clock = clock
    }

    /// Counts one message of a cluster.
    ///
    /// - Throws: `Problem` of kind `tooManyRequests` when the cluster has spoken too often.
    func admit(_ clusterID: String) throws {
        let now = clock()
        let isAdmitted = allowances.withLock { allowances in
            if allowances.count >= Self.capacity, allowances[clusterID] == nil {
                allowances = allowances.filter { refilled($0.value, now) < burst }
            }
            var allowance = allowances[clusterID] ?? Allowance(left: burst, at: now)
            allowance.left = refilled(allowance, now)
            allowance.at = now
            let isAdmitted = allowance.left >= 1
            if isAdmitted { allowance.left -= 1 }
            allowances[clusterID] = allowance
            return isAdmitted
        }
        guard isAdmitted else {
            throw Problem(
                .tooManyRequests,
                detail: "The cluster reports more often than \(Int(perSecond)) times a second.",
                hint: "What changes on the cluster changes too fast to follow; look at its agent's log."
            )
        }
    }

    private func refilled(_ allowance: Allowance, _ now: UnixTime) -> Double {
        let elapsed = Double(max(0, now.milliseconds - allowance.at.milliseconds)) / 1_000
        return min(burst, allowance.left + elapsed * perSecond)
    }
}
