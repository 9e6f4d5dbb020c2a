package import Bundles
package import HubStore

/// Roots of trust that the fleet has and a restored database lost.
///
/// A root needs no trust in whoever brings it: it is signed by the keys of the one before.
package struct LostRoots: Sendable {
    private let store: HubStore

    package init(store: HubStore) {
        self.store = store
    }

    /// Stores a root that follows the newest one.
    ///
    /// - Returns: its version; `nil` when it is stored already.
    /// - Throws: `BundleError` when it is none, or is not signed by the keys of the newest root and its own; `StoreError`.
    @discardableResult
    package func add(_ bytes: [UInt8]) async throws -> Int64? {
        guard let newest = try await store.roots().last else {
            throw StoreError(.notFound, "there is no root of trust that another could follow")
        }
        let version = try Self.version(of: bytes)
        if version <= newest.version, let known = try await store.root(version: version) {
            guard known == bytes else {
                throw BundleError(.rollback, "root \(version) is another one here: the fleet's trust has two histories")
            }
            return nil
        }
        var update = TrustUpdate(try TrustedState(trusting: newest.bytes, cluster: nil), now: 0)
        try update.updateRoot(bytes)
        try await store.addLostRoot(version: version, bytes: bytes)
        return version
    }

    /// The version that a root says it has.
    ///
    /// - Throws: `BundleError` when it is none.
    package static func version(of bytes: [UInt8]) throws(BundleError) -> Int64 {
        try TrustedState(trusting: bytes, cluster: nil).root.content.version
    }
}
