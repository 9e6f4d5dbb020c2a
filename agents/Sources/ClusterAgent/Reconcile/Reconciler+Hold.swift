import Bundles
import Concurrency
import Logging

extension Reconciler {
    /// Why nothing may be changed now; `nil` when everything may.
    var hold: Hold? { Hold(hub: desired.directives.hold, cluster: settings?.hold) }

    /// Whether no further change is to be sent: the agent stops, or is held.
    var isHalted: Bool { isStopping || hold != nil }

    /// Takes up what the cluster's people say; `nil` when there is nothing on which they could.
    package func take(settings new: ClusterSettings?) {
        // Without its ConfigMap the next pass makes it again.
        guard new == nil || new != settings else { return }
        let before = (hold, clusterDriftMode)
        settings = new
        directionChanged(from: before)
        work.notify()
    }

    /// Reads what the cluster's people say before anything is changed for the first time.
    func openSettings() async throws(ClusterError) {
        guard settings == nil else { return }
        let found = try await cluster.settings()
        // What the watch has told meanwhile is newer.
        guard settings == nil else { return }
        let before = (hold, clusterDriftMode)
        settings = found
        directionChanged(from: before)
    }

    /// Draws the consequences when the hold or the cluster's drift mode may no longer be what they were.
    func directionChanged(from before: (hold: Hold?, mode: Directives.DriftMode)) {
        if hold != before.hold {
            if let hold {
                logger.notice(
                    "The cluster is held: nothing is applied",
                    metadata: ["by": "\(hold.origin)", "reason": "\(hold.reason)"]
                )
            } else {
                logger.notice("The hold is lifted")
            }
            news.notify()
        }
        guard clusterDriftMode != before.mode else { return }
        logger.notice("The drift mode changed", metadata: ["mode": "\(clusterDriftMode.rawValue)"])
        forgetFights()
        news.notify()
    }

    /// Ends a pass that may change nothing.
    func standStill() {
        obstacle = nil
        noteWatchedKinds()
        news.notify()
    }
}
