/// Makes the metadata files of a fleet: the root, and each cluster's targets, snapshot and timestamp.
package struct MetadataSigner: Sendable {
    /// The three files of one cluster, as they are stored and served.
    package struct ClusterMetadata: Hashable, Sendable {
        package let targets: [UInt8]
        package let snapshot: [UInt8]
        package let timestamp: [UInt8]
        /// The files of delegated roles, by their names.
        package let delegated: [String: [UInt8]]
        /// The version of targets and snapshot.
        package let generation: Int64
        package let timestampVersion: Int64
        /// When the first of the three expires, in seconds since 1970.
        package let expires: Int64
    }

    private let signers: RoleSigners
    private let lifetimes: MetadataLifetimes

    package init(_ signers: RoleSigners, lifetimes: MetadataLifetimes = MetadataLifetimes()) {
        self.signers = signers
        self.lifetimes = lifetimes
    }

    /// The first root: every role with the keys of this signer, at a threshold of one.
    ///
    /// - Throws: `BundleError` when a role has no key.
    package func initialRoot(now: Int64) throws(BundleError) -> [UInt8] {
        var listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        for role in MetadataRole.allCases {
            guard !signers[role].isEmpty else { throw BundleError(.malformed, "the role \(role.rawValue) has no key") }
            listed[role] = (signers[role].map(\.publicKey), 1)
        }
        let root = RootMetadata(version: 1, expires: now + lifetimes.root, signers: listed)
        return try SignedMetadata(signing: root, with: signers[.root]).bytes
    }

    /// The next root, signed by the keys of the old one and of the new one, as clients demand.
    ///
    /// - Throws: `BundleError` when canonical JSON cannot express it, which it can for every root made here.
    package static func nextRoot(_ root: RootMetadata, signedBy keys: [SigningKey]) throws(BundleError) -> [UInt8] {
        try SignedMetadata(signing: root, with: keys).bytes
    }

    /// Signs `bundle`: targets and snapshot in the version of its generation, and a timestamp that points to them.
    ///
    /// What teams have signed is listed and delegated to. `audit`: the head of the audit log that the agent is to remember.
    ///
    /// - Throws: `BundleError` when a role has no key.
    package func sign(
        _ bundle: Bundle,
        content: SignedContent = .none,
        timestampVersion: Int64,
        now: Int64,
        audit: AuditHead? = nil
    ) throws(BundleError) -> ClusterMetadata {
        let described = bundle.metadata(expires: now + lifetimes.targets)
        let targets = try file(
            TargetsMetadata(
                version: described.version,
                expires: described.expires,
                targets: described.targets,
                delegations: content.delegations,
                custom: described.custom
            )
        )
        let snapshot = try file(
            SnapshotMetadata(
                version: bundle.generation,
                expires: now + lifetimes.snapshot,
                targets: MetadataFile(version: bundle.generation, bytes: targets),
                delegated: content.listed,
                cluster: bundle.cluster
            )
        )
        return ClusterMetadata(
            targets: targets,
            snapshot: snapshot,
            timestamp: try timestamp(
                cluster: bundle.cluster,
                snapshot: MetadataFile(version: bundle.generation, bytes: snapshot),
                version: timestampVersion,
                now: now,
                audit: audit
            ),
            delegated: content.published,
            generation: bundle.generation,
            timestampVersion: timestampVersion,
            expires: now + min(lifetimes.targets, lifetimes.snapshot, lifetimes.timestamp)
        )
    }

    /// Signs a newer timestamp for a snapshot that stays.
    ///
    /// - Throws: `BundleError` when the role has no key.
    package func timestamp(
        cluster: ClusterBinding,
        snapshot: MetadataFile,
        version: Int64,
        now: Int64,
        audit: AuditHead? = nil
    ) throws(BundleError) -> [UInt8] {
        try file(
            TimestampMetadata(
                version: version,
                expires: now + lifetimes.timestamp,
                snapshot: snapshot,
                cluster: cluster,
                audit: audit
            )
        )
    }

    private func file<Content: RoleMetadata>(_ content: Content) throws(BundleError) -> [UInt8] {
        let keys = signers[Content.role]
        guard !keys.isEmpty else {
            throw BundleError(.untrustedKey, "this hub has no key of the role \(Content.role.rawValue) to sign with")
        }
        return try SignedMetadata(signing: content, with: keys).bytes
    }
}
