import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore

extension ClusterHold {
    /// Why nothing is applied on a cluster; `nil` when it is, also while its agent has not heard yet that it may again.
    init?(_ record: StoredCluster, _ report: Report?) {
        if let hold = record.directives.hold {
            self.init(
                origin: HoldReport.Origin.hub.rawValue,
                reason: hold.reason,
                by: hold.author,
                since: hold.since.rfc3339,
                isHonoured: report?.hold != nil
            )
        } else if let hold = report?.hold, hold.origin != .hub {
            self.init(origin: hold.origin.rawValue, reason: hold.reason, isHonoured: true)
        } else {
            return nil
        }
    }
}

extension ClusterDeletions {
    /// The deletions that wait on a cluster, and whether somebody agreed to them; `nil` when none does.
    init?(_ record: StoredCluster, _ report: Report?, isDetailed: Bool) {
        guard let waiting = report?.pendingDeletions else { return nil }
        let confirmation = record.directives.confirmation.flatMap {
            $0.generation == waiting.generation && $0.deletions == waiting.digest ? $0 : nil
        }
        self.init(
            generation: waiting.generation,
            count: waiting.count,
            digest: waiting.digest.hex,
            reason: waiting.reason,
            objects: isDetailed ? waiting.objects.map(\.json) : [],
            confirmedBy: confirmation?.author
        )
    }
}
