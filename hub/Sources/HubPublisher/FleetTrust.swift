package import Bundles
package import Concurrency
package import HubStore

/// The fleet's root of trust and the keys that this hub signs with.
package struct FleetTrust: Sendable {
    /// The newest root, the whole signed file; what a new agent is given.
    package let root: [UInt8]
    let rootMetadata: RootMetadata
    let signers: RoleSigners
    let signer: MetadataSigner
    let lifetimes: MetadataLifetimes

    /// Reads the fleet's trust from the store; the first hub of a fleet makes it.
    ///
    /// Replicas that start at once agree: one of them is first, the others read what it made.
    ///
    /// - Throws: `StoreError` when the store cannot be read or its keys cannot be decrypted; `BundleError` when what is
    ///   stored is no valid root.
    package static func loadOrCreate(
        _ store: HubStore,
        lifetimes: MetadataLifetimes = MetadataLifetimes(),
        now: UnixTime = .now()
    ) async throws -> FleetTrust {
        if let newest = try await store.roots().last {
            return try FleetTrust(root: newest.bytes, keys: try await store.signingKeys(), lifetimes: lifetimes)
        }
        let signers = RoleSigners.generated()
        let root = try MetadataSigner(signers, lifetimes: lifetimes).initialRoot(now: now.seconds)
        let keys = signers.all.map { RoleSigningKey(role: $0.role, key: $0.key) }
        if try await store.bootstrapTrust(root: root, keys: keys) {
            return try FleetTrust(root: root, keys: keys, lifetimes: lifetimes)
        }
        guard let newest = try await store.roots().last else {
            throw StoreError(.internal, "the fleet's trust was made by another hub and is not there")
        }
        return try FleetTrust(root: newest.bytes, keys: try await store.signingKeys(), lifetimes: lifetimes)
    }

    /// Trust in `root`, signing with those of `keys` that it lists.
    ///
    /// - Throws: `BundleError` when it is no root, or is not signed by its own keys.
    init(root: [UInt8], keys: [RoleSigningKey], lifetimes: MetadataLifetimes) throws(BundleError) {
        self.root = root
        self.lifetimes = lifetimes
        let metadata = try TrustedState(trusting: root, cluster: nil).root.content
        rootMetadata = metadata
        var usable: [MetadataRole: [SigningKey]] = [:]
        for stored in keys {
            let isListed = metadata.signers(of: stored.role).values.contains { $0.publicKey == stored.key.publicKey }
            if isListed { usable[stored.role, default: []].append(stored.key) }
        }
        signers = RoleSigners(usable)
        signer = MetadataSigner(signers, lifetimes: lifetimes)
    }

    /// What teams have signed, with the keys that the root gives them.
    ///
    /// - Throws: `StoreError`; `BundleError` when what is stored is no metadata.
    func content(_ store: HubStore) async throws -> SignedContent {
        SignedContent(keys: rootMetadata.contentKeys, files: try await store.signedContent())
    }

    /// Whether the keys that `role` has now signed `file`; not so after they were replaced.
    func hasSigned(_ file: SignedMetadata, _ role: MetadataRole) -> Bool {
        let verified: Void? = try? file.verify(
            signers: rootMetadata.signers(of: role),
            threshold: rootMetadata.threshold(of: role),
            name: role.fileName
        )
        return verified != nil
    }

    /// The root that follows this one, with the same keys and a new expiry; `nil` when it is not due, or when its keys are
    /// kept elsewhere and people must sign it.
    ///
    /// - Throws: `BundleError` when it cannot be signed.
    func renewedRoot(now: UnixTime) throws(BundleError) -> (version: Int64, bytes: [UInt8])? {
        guard lifetimes.isDue(.root, expires: rootMetadata.expires, now: now.seconds),
            signers[.root].count >= rootMetadata.threshold(of: .root)
        else { return nil }
        let next = rootMetadata.renewed(expires: now.seconds + lifetimes.root)
        return (next.version, try MetadataSigner.nextRoot(next, signedBy: signers[.root]))
    }
}
