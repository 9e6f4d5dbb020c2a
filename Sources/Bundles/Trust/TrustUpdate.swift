/// One run of the client workflow of the TUF specification (1.0, section 5.3 to 5.6), fed with bytes.
///
/// The steps come in this order, and a step out of it is an error: `updateRoot` for N+1, N+2, … until the hub has no newer
/// one; `rootsAreCurrent`; `updateTimestamp`; then what `next` names; then, for one file, what `search` names. `state` is
/// what to write to disk after every step; a step that throws changes nothing.
package struct TrustUpdate: Sendable {
    /// The file to fetch next.
    package enum Step: Hashable, Sendable {
        /// `version.root.json`; when there is none, call `rootsAreCurrent`.
        case root(version: Int64, maximumBytes: Int)
        case timestamp(maximumBytes: Int)
        case snapshot(version: Int64, maximumBytes: Int)
        case targets(version: Int64, maximumBytes: Int)
        /// Only in an update that takes delegations.
        case delegated(DelegatedFile)
        /// The trusted bundle is complete and as new as the timestamp says.
        case done
    }

    enum Phase {
        case roots, timestamp, rest
    }

    /// What is trusted so far.
    package internal(set) var state: TrustedState

    let now: Int64
    let limits: MetadataLimits
    let rules: ClientRules
    private let takesDelegations: Bool
    private var phase = Phase.roots
    private var rotations = 0

    /// Begins a run at `now`, in seconds since 1970; the one time against which every expiry of this run is measured.
    ///
    /// With `takesDelegations`, `next` names the files of all delegated roles too; without, `search` does for one target.
    package init(
        _ state: TrustedState,
        now: Int64,
        limits: MetadataLimits = MetadataLimits(),
        rules: ClientRules = .fleet,
        takesDelegations: Bool = false
    ) {
        self.state = state
        self.now = now
        self.limits = limits
        self.rules = rules
        self.takesDelegations = takesDelegations
    }

    /// What to fetch next.
    package var next: Step {
        switch phase {
        case .roots: return .root(version: state.root.content.version + 1, maximumBytes: limits.root)
        case .timestamp: return .timestamp(maximumBytes: limits.timestamp)
        case .rest: break
        }
        guard let timestamp = state.timestamp else { return .timestamp(maximumBytes: limits.timestamp) }
        let announced = timestamp.content.snapshot
        guard let snapshot = state.snapshot, isCurrent(snapshot, announced) else {
            return .snapshot(version: announced.version, maximumBytes: limit(announced, .snapshot))
        }
        let targets = snapshot.content.targets
        guard let held = state.targets, isCurrent(held, targets) else {
            return .targets(version: targets.version, maximumBytes: limit(targets, .targets))
        }
        return takesDelegations ? missingDelegation.map(Step.delegated) ?? .done : .done
    }

    /// Takes `N+1.root.json` (section 5.3.3 to 5.3.9 and 5.3.11).
    ///
    /// Where a key of the timestamp or the snapshot role is listed no longer, what is trusted of both is forgotten: this is
    /// how a fleet recovers from a stolen key that signed an absurdly high version. It happens here, root by root, so that
    /// it has happened even if the update is cut off. Of the rest, what the listed keys did not sign is forgotten.
    ///
    /// - Returns: whether timestamp and snapshot were forgotten because a key was removed.
    /// - Throws: `BundleError` unless it is signed by a threshold of the trusted root's keys and of its own, and its version
    ///   is exactly one higher.
    @discardableResult
    package mutating func updateRoot(_ bytes: [UInt8]) throws(BundleError) -> Bool {
        guard phase == .roots else { throw BundleError(.outOfOrder, "roots are updated before all other metadata") }
        let trusted = state.root.content
        let name = MetadataRole.root.fileName(version: trusted.version + 1)
        try checkLength(bytes, .root, name)
        guard rotations < limits.rootRotations else {
            throw BundleError(.endlessData, "more than \(limits.rootRotations) roots in one update")
        }
        let signed = try SignedMetadata(parsing: bytes, name: name)
        let content = try signed.root(name: name, rules: rules)
        try signed.verify(
            signers: trusted.signers(of: .root),
            threshold: trusted.threshold(of: .root),
            name: "\(name), checked against root \(trusted.version),",
            rules: rules
        )
        try signed.verify(
            signers: content.signers(of: .root),
            threshold: content.threshold(of: .root),
            name: "\(name), checked against its own keys,",
            rules: rules
        )
        guard content.version == trusted.version + 1 else {
            throw BundleError(
                content.version <= trusted.version ? .rollback : .fastForward,
                "\(name) has version \(content.version), \(trusted.version + 1) was asked for"
            )
        }
        state.root = TrustedState.Verified(content: content, bytes: bytes)
        rotations += 1
        return state.forgetWhatRemovedKeysSigned(since: trusted, rules: rules)
    }

    /// Notes that the hub has no newer root (section 5.3.10).
    ///
    /// - Throws: `BundleError.freeze` when the newest root has expired.
    package mutating func rootsAreCurrent() throws(BundleError) {
        guard phase == .roots else { throw BundleError(.outOfOrder, "roots are updated before all other metadata") }
        try checkExpiry(state.root.content, MetadataRole.root.fileName)
        phase = .timestamp
    }

    /// Takes `timestamp.json` (section 5.4); `true` when it is newer than the trusted one.
    ///
    /// - Throws: `BundleError` for a bad signature, another cluster, an older version, or one past its expiry.
    package mutating func updateTimestamp(_ bytes: [UInt8]) throws(BundleError) -> Bool {
        guard phase == .timestamp else { throw BundleError(.outOfOrder, "the timestamp follows the roots") }
        let name = MetadataRole.timestamp.fileName
        try checkLength(bytes, .timestamp, name)
        let content = try verified(TimestampMetadata.self, bytes, name)
        try checkCluster(content.cluster, name)
        if let trusted = state.timestamp?.content {
            try checkVersion(content.version, trusted: trusted.version, name)
            if content.version == trusted.version {
                try checkExpiry(trusted, name)
                try checkExpiryOfWhatStays(trusted)
                phase = .rest
                return false
            }
            try checkVersion(content.snapshot.version, trusted: trusted.snapshot.version, "the snapshot in \(name)")
        }
        try checkExpiry(content, name)
        try checkExpiryOfWhatStays(content)
        state.timestamp = TrustedState.Verified(content: content, bytes: bytes)
        if let audit = content.audit, audit.sequence > state.auditHead?.sequence ?? 0 { state.auditHead = audit }
        phase = .rest
        return true
    }

    /// Takes the snapshot that the timestamp announced (section 5.5).
    ///
    /// - Throws: `BundleError.mixAndMatch` for another file than announced; `.rollback` when a version in it went back or a
    ///   file disappeared; as for the timestamp otherwise.
    package mutating func updateSnapshot(_ bytes: [UInt8]) throws(BundleError) {
        guard phase == .rest, let announced = state.timestamp?.content.snapshot else {
            throw BundleError(.outOfOrder, "the snapshot follows the timestamp")
        }
        let name = MetadataRole.snapshot.fileName(version: announced.version)
        try checkLength(bytes, .snapshot, name, announced)
        let content = try verified(SnapshotMetadata.self, bytes, name)
        try checkAnnounced(content.version, announced, name)
        try checkCluster(content.cluster, name)
        for (file, trusted) in state.snapshot?.content.files ?? [:] {
            guard let listed = content.files[file] else {
                throw BundleError(.rollback, "\(name) no longer lists \(file)")
            }
            try checkVersion(listed.version, trusted: trusted.version, "\(file) in \(name)")
        }
        try checkExpiry(content, name)
        state.snapshot = TrustedState.Verified(content: content, bytes: bytes)
    }

    /// Takes the targets that the snapshot announced (section 5.6).
    ///
    /// - Throws: as for the snapshot; `BundleError.malformed` when a cluster is expected and it describes no bundle.
    package mutating func updateTargets(_ bytes: [UInt8]) throws(BundleError) {
        guard phase == .rest, let snapshot = currentSnapshot else {
            throw BundleError(.outOfOrder, "the targets follow the snapshot")
        }
        let announced = snapshot.targets
        let name = MetadataRole.targets.fileName(version: announced.version)
        try checkLength(bytes, .targets, name, announced)
        // An unchanged snapshot is not fetched again, so its expiry is checked here.
        try checkExpiry(snapshot, MetadataRole.snapshot.fileName)
        let content = try verified(TargetsMetadata.self, bytes, name)
        try checkAnnounced(content.version, announced, name)
        if state.cluster != nil { try checkCluster(try Bundle(content).cluster, name) }
        try checkExpiry(content, name)
        state.targets = TrustedState.Verified(content: content, bytes: bytes)
        state.forgetUnreachableDelegations()
    }

    /// The trusted snapshot when it is the one that the timestamp announces.
    var currentSnapshot: SnapshotMetadata? {
        guard phase == .rest, let announced = state.timestamp?.content.snapshot, let snapshot = state.snapshot,
            announced.announces(snapshot)
        else { return nil }
        return snapshot.content
    }
}

// MARK: - Checks

extension TrustUpdate {
    /// How many bytes are taken of a file that was `announced`.
    func limit(_ announced: MetadataFile, _ role: MetadataRole) -> Int {
        min(announced.length ?? limits[role], limits.announced)
    }

    /// Whether `held` need not be fetched.
    private func isCurrent<Content>(_ held: TrustedState.Verified<Content>, _ announced: MetadataFile) -> Bool {
        announced.announces(held) && (now < held.content.expires || !rules.refetchesExpired)
    }

    func checkLength(
        _ bytes: [UInt8],
        _ role: MetadataRole,
        _ name: String,
        _ announced: MetadataFile? = nil
    ) throws(BundleError) {
        let limit = announced?.length == nil ? limits[role] : limits.announced
        guard bytes.count <= limit else {
            throw BundleError(.endlessData, "\(name) has more than the \(limit) bytes that are taken")
        }
        try announced?.check(bytes, name: name)
    }

    private func verified<Content: RoleMetadata>(
        _ type: Content.Type,
        _ bytes: [UInt8],
        _ name: String
    ) throws(BundleError) -> Content {
        let signed = try SignedMetadata(parsing: bytes, name: name)
        let content = try signed.content(Content.self, name: name)
        let root = state.root.content
        try signed.verify(
            signers: root.signers(of: Content.role),
            threshold: root.threshold(of: Content.role),
            name: name,
            rules: rules
        )
        return content
    }

    private func checkCluster(_ found: ClusterBinding?, _ name: String) throws(BundleError) {
        guard let expected = state.cluster, expected != found else { return }
        let other = found.map(\.description) ?? "no cluster"
        throw BundleError(.wrongCluster, "\(name) was made for \(other), this is \(expected)")
    }

    private func checkVersion(_ version: Int64, trusted: Int64, _ name: String) throws(BundleError) {
        guard version >= trusted else {
            throw BundleError(.rollback, "\(name) has version \(version), \(trusted) is already trusted")
        }
        guard version - trusted <= limits.versionJump else {
            throw BundleError(
                .fastForward,
                "\(name) jumps from version \(trusted) to \(version); a key may be stolen: rotate it in a new root"
            )
        }
    }

    func checkAnnounced(_ version: Int64, _ announced: MetadataFile, _ name: String) throws(BundleError) {
        guard version == announced.version else {
            throw BundleError(.mixAndMatch, "\(name) has version \(version), \(announced.version) was announced")
        }
    }

    /// Snapshot and targets that `timestamp` confirms are not fetched again; their expiry counts all the same.
    private func checkExpiryOfWhatStays(_ timestamp: TimestampMetadata) throws(BundleError) {
        guard !rules.refetchesExpired, let snapshot = state.snapshot, timestamp.snapshot.announces(snapshot) else {
            return
        }
        try checkExpiry(snapshot.content, MetadataRole.snapshot.fileName)
        guard let targets = state.targets, snapshot.content.targets.announces(targets) else { return }
        try checkExpiry(targets.content, MetadataRole.targets.fileName)
    }

    func checkExpiry(_ content: some RoleMetadata, _ name: String) throws(BundleError) {
        guard now < content.expires else {
            throw BundleError(
                .freeze,
                "\(name) expired at \(MetadataTime.text(content.expires)): newer metadata is withheld or was not signed"
            )
        }
    }
}
