import Bundles
import JSON
import Testing

/// The keys of a fleet and the metadata of one cluster, in the hands of whoever a test plays.
struct SignedFleet {
    /// 2026-11-22T12:00:00Z.
    static let now: Int64 = 1_795_348_800

    let keys: RoleSigners
    let root: [UInt8]
    let cluster = ClusterBinding(name: "demo", id: "c-1")

    init(keys: RoleSigners = .generated()) throws {
        self.keys = keys
        root = try MetadataSigner(keys).initialRoot(now: Self.now)
    }

    /// The metadata of `generation`, whose one layer holds `text`, signed with `keys` or those of the fleet.
    func metadata(
        _ generation: Int64,
        _ text: String = "honest",
        timestamp: Int64? = nil,
        keys: RoleSigners? = nil
    ) throws -> MetadataSigner.ClusterMetadata {
        let layer = try LayerFile([["kind": "ConfigMap", "data": .string(text)]])
        let bundle = Bundle(
            cluster: cluster,
            generation: generation,
            revision: generation,
            layers: [LayerReference(name: "team/demo", wave: 2, file: layer)],
            removed: []
        )
        return try MetadataSigner(keys ?? self.keys)
            .sign(bundle, timestampVersion: timestamp ?? generation, now: Self.now)
    }

    /// A root of `version` that lists `keys`, signed by `signers`.
    func root(
        _ version: Int64,
        listing keys: RoleSigners,
        threshold: Int = 1,
        signedBy signers: [SigningKey]
    ) throws -> [UInt8] {
        var listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        for role in MetadataRole.allCases { listed[role] = (keys[role].map(\.publicKey), threshold) }
        let root = RootMetadata(version: version, expires: Self.now + 400 * MetadataTime.day, signers: listed)
        return try MetadataSigner.nextRoot(root, signedBy: signers)
    }

    /// What an agent of the cluster trusts after `metadata`; after its enrolment only, when there is none.
    func trust(after metadata: MetadataSigner.ClusterMetadata? = nil) throws -> TrustedState {
        let state = try TrustedState(trusting: root, cluster: cluster)
        guard let metadata else { return state }
        var update = update(of: state)
        try update.take(metadata)
        return update.state
    }

    /// An agent's next look at what the hub has.
    func update(of state: TrustedState, roots: [[UInt8]] = []) -> TrustUpdate {
        var update = TrustUpdate(state, now: Self.now)
        for root in roots {
            do throws(BundleError) { try update.updateRoot(root) } catch { Issue.record(error) }
        }
        return update
    }
}

extension TrustUpdate {
    /// Takes the files in their order, as an agent does when the hub has no newer root.
    mutating func take(_ files: MetadataSigner.ClusterMetadata) throws {
        if case .root = next { try rootsAreCurrent() }
        _ = try updateTimestamp(files.timestamp)
        if case .snapshot = next { try updateSnapshot(files.snapshot) }
        if case .targets = next { try updateTargets(files.targets) }
    }
}

/// The word for the attack that `body` is refused as; `nil` when it is not refused.
func refusal(_ body: () throws -> Void) -> BundleError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? BundleError)?.code
    }
}

/// The file after `change`, its envelope included.
func rewritten(_ file: [UInt8], _ change: (inout JSONValue) -> Void) throws -> [UInt8] {
    var envelope = try JSONValue(parsing: file)
    change(&envelope)
    return envelope.serialized()
}
