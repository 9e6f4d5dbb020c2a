import Bundles
import JSON

/// Metadata reads back as it was written, and nothing is trusted that the fleet's keys did not sign.
struct MetadataPromises: Sendable {
    static let shared = MetadataPromises()

    private static let now: Int64 = 1_795_348_800

    private let trusted: TrustedState?
    /// The signed parts of what the fleet did sign, canonical.
    private let genuine: Set<[UInt8]>
    /// Files that are as they should be, for a corpus.
    let files: [[UInt8]]

    private init() {
        // Keys and files are the same in every run, so that a corpus keeps its worth.
        var files: [[UInt8]] = []
        var trusted: TrustedState?
        if let key = try? SigningKey(rawBytes: Array(repeating: 7, count: 32)) {
            let cluster = ClusterBinding(name: "demo", id: "c-1")
            let signer = MetadataSigner(
                RoleSigners([.root: [key], .targets: [key], .snapshot: [key], .timestamp: [key]])
            )
            if let root = try? signer.initialRoot(now: Self.now), let file = try? LayerFile([["kind": "ConfigMap"]]) {
                let bundle = Bundle(
                    cluster: cluster,
                    generation: 1,
                    revision: 1,
                    layers: [LayerReference(name: "team/demo", wave: 2, file: file)],
                    removed: []
                )
                trusted = try? TrustedState(trusting: root, cluster: cluster)
                files = [root]
                if let made = try? signer.sign(bundle, timestampVersion: 1, now: Self.now) {
                    files += [made.timestamp, made.snapshot, made.targets]
                }
            }
        }
        self.trusted = trusted
        self.files = files
        genuine = Set(files.compactMap { Self.signedPart(of: $0) })
    }

    func check(_ input: [UInt8]) throws(BrokenPromise) {
        if let state = try? TrustedState(restoring: input) {
            try promise((try? TrustedState(restoring: state.serialized())) == state, "a state was kept as another")
        }
        guard let metadata = try? SignedMetadata(parsing: input, name: "file") else { return }
        try Self.readsBack(RootMetadata.self, metadata)
        try Self.readsBack(TimestampMetadata.self, metadata)
        try Self.readsBack(SnapshotMetadata.self, metadata)
        try Self.readsBack(TargetsMetadata.self, metadata)
        guard let trusted else { throw BrokenPromise("the fleet of the test could not be made") }
        try isGenuine(input, Self.takesRoot(input, trusted))
        for prefix in 0...2 { try isGenuine(input, takes(input, after: prefix, trusted)) }
    }

    var takesItsOwn: Bool {
        guard let trusted, files.count == 4 else { return false }
        return (0...2).allSatisfy { takes(files[$0 + 1], after: $0, trusted) }
    }

    private static func readsBack<Content: RoleMetadata>(
        _ type: Content.Type,
        _ metadata: SignedMetadata
    ) throws(BrokenPromise) {
        guard let content = try? metadata.content(type, name: "file") else { return }
        guard let again = try? Content(json: content.json) else { throw BrokenPromise("\(type) is not read back") }
        try promise(again == content, "\(type) reads back as something else")
        if let targets = content as? TargetsMetadata { _ = try? Bundle(targets) }
    }

    private func isGenuine(_ input: [UInt8], _ isTaken: Bool) throws(BrokenPromise) {
        guard isTaken else { return }
        try promise(
            Self.signedPart(of: input).map(genuine.contains) == true,
            "something was trusted that nobody signed"
        )
    }

    private static func takesRoot(_ input: [UInt8], _ trusted: TrustedState) -> Bool {
        var update = TrustUpdate(trusted, now: now)
        return (try? update.updateRoot(input)) != nil
    }

    /// Whether `input` is taken as the file that comes after the first `prefix` ones.
    private func takes(_ input: [UInt8], after prefix: Int, _ trusted: TrustedState) -> Bool {
        guard files.count == 4 else { return true }
        var update = TrustUpdate(trusted, now: Self.now)
        do {
            try update.rootsAreCurrent()
            _ = try update.updateTimestamp(prefix > 0 ? files[1] : input)
            if prefix > 0 { try update.updateSnapshot(prefix > 1 ? files[2] : input) }
            if prefix > 1 { try update.updateTargets(input) }
            return true
        } catch { return false }
    }

    private static func signedPart(of file: [UInt8]) -> [UInt8]? {
        guard let signed = (try? JSONValue(parsing: file))?["signed"] else { return nil }
        return try? signed.canonical()
    }
}
