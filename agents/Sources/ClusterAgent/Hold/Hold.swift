package import AgentProtocol

/// Why nothing is applied, pruned or restored at the moment, and who asked for it.
package struct Hold: Hashable, Sendable {
    package let origin: HoldReport.Origin
    package let reason: String

    /// The hold that stands when hub and cluster say so, the hub's first; `nil` when neither does.
    ///
    /// Both must be lifted before anything is changed again.
    package init?(hub: String?, cluster: String?) {
        if let hub {
            self.init(.hub, hub)
        } else if let cluster {
            self.init(.cluster, cluster)
        } else {
            return nil
        }
    }

    private init(_ origin: HoldReport.Origin, _ reason: String) {
        self.origin = origin
        self.reason = reason
    }

    var report: HoldReport { HoldReport(origin: origin, reason: reason) }
}
