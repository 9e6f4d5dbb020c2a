package import Concurrency
package import Logging
package import Postgres
import Synchronization

/// Wakes whoever waits for a change of the store, made by this process or by another.
///
/// A wake-up says that something may have changed, never what: the store is the truth.
package final class StoreEvents: Sendable {
    /// Rises with every new revision.
    package let revisions = Signal()
    /// Rises with every new root of trust.
    package let roots = Signal()
    /// Rises with everything that the fleet's status shows.
    package let fleet = Signal()
    /// Rises when clusters may have to run another revision.
    package let moves = Signal()
    /// Rises when a data key was made or dropped.
    package let dataKeys = Signal()
    /// Rises when somebody lost, or was given, access.
    package let access = Signal()
    /// Rises when something was added to the table of events.
    package let told = Signal()
    /// Rises when the Git mirror was set up anew, or is to be looked at.
    package let git = Signal()
    /// Rises when any cluster's metadata is newer, or the root of trust, and before the cluster's own signal does.
    package let bundles = Signal()
    private let clusters = Mutex<[String: Signal]>([:])

    package init() {}

    /// Rises when a cluster's metadata is newer.
    ///
    /// There is one for each cluster that was ever asked for.
    package func bundle(_ clusterID: String) -> Signal {
        clusters.withLock { clusters in
            if let signal = clusters[clusterID] { return signal }
            let signal = Signal()
            clusters[clusterID] = signal
            return signal
        }
    }

    /// Listens to the database until the task is cancelled.
    ///
    /// After an interruption everyone is woken, because notifications were lost.
    package func run(configuration: PostgresConfiguration, logger: Logger) async {
        let listener = PostgresListener(configuration, channels: Channel.all, logger: logger)
        await listener.run { event in receive(event) }
    }

    /// Wakes whoever waits for the metadata of one of these clusters.
    package func wake(_ clusterIDs: [String]) {
        bundles.notify()
        for signal in clusters.withLock({ clusters in clusterIDs.compactMap { clusters[$0] } }) { signal.notify() }
    }

    func receive(_ event: PostgresListener.Event) {
        switch event {
        case .resync:
            revisions.notify()
            moves.notify()
            roots.notify()
            dataKeys.notify()
            access.notify()
            git.notify()
            told.notify()
            bundles.notify()
            for signal in clusters.withLock({ Array($0.values) }) { signal.notify() }
        case .notification(Channel.revision, _):
            revisions.notify()
            moves.notify()
        case .notification(Channel.rollout, _):
            moves.notify()
        case .notification(Channel.root, _):
            bundles.notify()
            roots.notify()
        case .notification(Channel.bundle, let clusterID):
            bundles.notify()
            // Only whoever waits has asked for the signal; nobody else needs one.
            clusters.withLock { $0[clusterID] }?.notify()
        case .notification(Channel.dataKeys, _):
            dataKeys.notify()
        case .notification(Channel.cluster, let clusterID):
            // It may have been revoked: whoever is held open for it looks again.
            bundles.notify()
            clusters.withLock { $0[clusterID] }?.notify()
            moves.notify()
        case .notification(Channel.git, _):
            git.notify()
            return
        case .notification(Channel.access, _):
            access.notify()
            return
        case .notification(Channel.event, _):
            told.notify()
            return
        case .notification: break
        }
        fleet.notify()
    }
}
