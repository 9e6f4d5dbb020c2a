import Bundles

/// What an agent does with its hub's metadata: parse, verify, compare with what it trusted before.
struct SignedRefresh {
    private static let count = 500
    private static let now: Int64 = 1_795_348_800

    private let start: TrustedState
    private let metadata: MetadataSigner.ClusterMetadata
    private let current: TrustedState

    init(layers: Int) throws {
        let signer = MetadataSigner(.generated())
        let bundle = Bundle.sample(cluster: 1, layers: layers)
        let root = try signer.initialRoot(now: Self.now)
        start = try TrustedState(trusting: root, cluster: bundle.cluster)
        metadata = try signer.sign(bundle, timestampVersion: 1, now: Self.now)
        current = try Self.refreshed(start, metadata)
    }

    /// The time of an update that takes all four files, as after the enrolment: root, timestamp, snapshot, targets.
    func refresh() throws -> Duration {
        let root = start.root.bytes
        let cluster = start.cluster
        return try time(of: Self.count) { _ in
            let trusted = try Self.refreshed(TrustedState(trusting: root, cluster: cluster), metadata)
            guard try trusted.bundle()?.generation == 1 else { throw Failure("the bundle is not there") }
        }
    }

    /// The time of an update whose timestamp says that nothing is new.
    func refreshWithoutNews() throws -> Duration {
        try time(of: Self.count) { _ in
            var update = TrustUpdate(current, now: Self.now)
            try update.rootsAreCurrent()
            guard try !update.updateTimestamp(metadata.timestamp) else { throw Failure("nothing is new") }
        }
    }

    private static func refreshed(
        _ state: TrustedState,
        _ metadata: MetadataSigner.ClusterMetadata
    ) throws -> TrustedState {
        var update = TrustUpdate(state, now: now)
        try update.rootsAreCurrent()
        guard try update.updateTimestamp(metadata.timestamp) else { throw Failure("the timestamp is not new") }
        try update.updateSnapshot(metadata.snapshot)
        try update.updateTargets(metadata.targets)
        return update.state
    }
}
