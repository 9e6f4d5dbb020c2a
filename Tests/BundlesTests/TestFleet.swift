import JSON

@testable import Bundles

/// A hub's keys and one cluster's bundles, with every file at hand for an attacker to change.
struct TestFleet {
    /// 2026-11-22T12:00:00Z.
    static let now: Int64 = 1_795_348_800

    let signers: RoleSigners
    let root: [UInt8]
    let cluster: ClusterBinding

    init(cluster: ClusterBinding = ClusterBinding(name: "demo", id: "c-1"), signers: RoleSigners = .generated()) throws
    {
        self.cluster = cluster
        self.signers = signers
        root = try MetadataSigner(signers).initialRoot(now: Self.now)
    }

    func rootMetadata(
        version: Int64,
        signers: RoleSigners? = nil,
        threshold: Int = 1,
        expires: Int64 = now + 1000 * MetadataTime.day
    ) -> RootMetadata {
        let signers = signers ?? self.signers
        var listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        for role in MetadataRole.allCases { listed[role] = (signers[role].map(\.publicKey), threshold) }
        return RootMetadata(version: version, expires: expires, signers: listed)
    }

    func layer(_ name: String = "team/demo", wave: Int = 2, text: String = "hello") throws -> LayerReference {
        LayerReference(name: name, wave: wave, file: try LayerFile([["kind": "ConfigMap", "data": .string(text)]]))
    }

    func bundle(following previous: Bundle? = nil, revision: Int64 = 7, layers: [LayerReference]) -> Bundle {
        Bundle(following: previous, cluster: cluster, revision: revision, layers: layers)
    }

    func bundle(generation: Int64, text: String = "hello") throws -> Bundle {
        Bundle(
            cluster: cluster,
            generation: generation,
            revision: generation,
            layers: [try layer(text: text)],
            removed: []
        )
    }

    func metadata(
        _ bundle: Bundle,
        timestampVersion: Int64? = nil,
        now: Int64 = TestFleet.now,
        signers: RoleSigners? = nil
    ) throws -> MetadataSigner.ClusterMetadata {
        try MetadataSigner(signers ?? self.signers)
            .sign(bundle, timestampVersion: timestampVersion ?? bundle.generation, now: now)
    }

    func state() throws -> TrustedState { try TrustedState(trusting: root, cluster: cluster) }

    /// The state of a client that took `metadata`.
    func state(after metadata: MetadataSigner.ClusterMetadata, now: Int64 = TestFleet.now) throws -> TrustedState {
        var update = TrustUpdate(try state(), now: now)
        try update.take(metadata)
        return update.state
    }
}

extension TrustUpdate {
    /// Goes through the workflow with the files of one cluster and no newer root.
    mutating func take(_ metadata: MetadataSigner.ClusterMetadata) throws {
        try rootsAreCurrent()
        _ = try updateTimestamp(metadata.timestamp)
        if case .snapshot = next { try updateSnapshot(metadata.snapshot) }
        if case .targets = next { try updateTargets(metadata.targets) }
    }
}

/// The code of the `BundleError` that `body` throws, `nil` when it throws none.
func code(of body: () throws -> Void) -> BundleError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? BundleError)?.code
    }
}

/// The file with its signed part changed and its signatures kept.
func tampered(_ file: [UInt8], _ change: (inout JSONValue) -> Void) throws -> [UInt8] {
    var envelope = try JSONValue(parsing: file)
    var signed = envelope["signed"] ?? .null
    change(&signed)
    envelope["signed"] = signed
    return envelope.serialized()
}
