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
    /// Rises with everything that the fleet's status shows.
    package let fleet = Signal()
    /// Rises when somebody lost, or was given, access.
    package let access = Signal()
    private let bundles = Mutex<[String: Signal]>([:])

    package init() {}

    /// Rises when a cluster's metadata is newer.
    ///
    /// There is one for each cluster that was ever asked for.
    package func bundle(_ clusterID: String) -> Signal {
        bundles.withLock { bundles in
            if let signal = bundles[clusterID] { return signal }
            let signal = Signal()
            bundles[clusterID] = signal
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

    func receive(_ event: PostgresListener.Event) {
        switch event {
        case .resync:
            revisions.notify()
            access.notify()
            for signal in bundles.withLock({ Array($0.values) }) { signal.notify() }
        case .notification(Channel.revision, _):
            revisions.notify()
        case .notification(Channel.bundle, let clusterID):
            // Only whoever waits has asked for the signal; nobody else needs one.
            bundles.withLock { $0[clusterID] }?.notify()
        case .notification(Channel.access, _):
            access.notify()
            return
        case .notification: break
        }
        fleet.notify()
    }
}
