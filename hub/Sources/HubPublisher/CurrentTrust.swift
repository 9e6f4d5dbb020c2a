import Bundles
import HubStore
import Synchronization

/// The fleet's trust as this replica knows it; read again once there is a newer root.
final class CurrentTrust: Sendable {
    private let store: HubStore
    private let trust: Mutex<FleetTrust>

    init(_ trust: FleetTrust, store: HubStore) {
        self.store = store
        self.trust = Mutex(trust)
    }

    /// What was read last.
    var value: FleetTrust { trust.withLock { $0 } }

    /// Reads the trust again when another replica, or a person, has published a root.
    ///
    /// - Throws: `StoreError` when the store cannot be read; `BundleError` when what is stored is no valid root.
    func refresh() async throws {
        let known = value
        guard try await store.newestRootVersion() != known.rootMetadata.version,
            let newest = try await store.roots().last
        else { return }
        let fresh = try FleetTrust(
            root: newest.bytes,
            keys: try await store.signingKeys(),
            lifetimes: known.lifetimes
        )
        trust.withLock { trust in
            if fresh.rootMetadata.version > trust.rootMetadata.version { trust = fresh }
        }
    }
}
