import Bundles
import HubPublisher
import Synchronization
import Values

/// A publisher without a database: compiles, drafts and signs the bundles of a whole fleet, and keeps what is out.
final class PublishedFleet: Sendable {
    private struct Published {
        var bundle: Bundle
        var sealedLayers: SealedLayers
    }

    private let compiler: BundleCompiler
    private let signers = RoleSigners.generated()
    private let digestKey = SigningKey()
    private let sealingKey = SealingKeyPair().publicKey
    private let published = Mutex<[String: Published]>([:])

    init(remembers: Bool) {
        compiler = remembers ? BundleCompiler(maximumBytes: 2 << 30) : BundleCompiler(maximumBytes: 0)
    }

    /// Publishes `documents` to every one of `clusters` on `workers` threads.
    ///
    /// - Returns: how many layers, over all clusters, were not out before.
    func publish(
        _ documents: [StoredDocument],
        revision: Int64,
        to clusters: [ClusterIdentity],
        workers: Int
    ) async throws -> Int {
        let index = compiler.index(documents, revision: revision)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var newLayers = 0
                    for position in stride(from: worker, to: clusters.count, by: workers) {
                        newLayers += try self.publish(clusters[position], index)
                    }
                    return newLayers
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private func publish(_ cluster: ClusterIdentity, _ index: DocumentIndex) throws -> Int {
        let compiled = try compiler.compile(cluster: cluster, index)
        guard !compiled.faults.contains(where: { $0.severity == .error }) else {
            throw BundleError(.malformed, "the fleet of the benchmark has faults: \(compiled.faults)")
        }
        let previous = published.withLock { $0[cluster.name] }
        let draft = try PublicationDraft(
            of: ClusterBinding(name: cluster.name, id: cluster.name),
            revision: index.revision,
            compiled: compiled,
            directives: .none,
            previous: previous?.bundle,
            sealedLayers: previous?.sealedLayers ?? SealedLayers(),
            sealingKey: sealingKey,
            digestKey: digestKey
        )
        _ = try MetadataSigner(signers).sign(draft.bundle, timestampVersion: index.revision, now: 1_800_000_000)
        published.withLock {
            $0[cluster.name] = Published(bundle: draft.bundle, sealedLayers: draft.sealedLayers)
        }
        return draft.newLayers.count
    }
}
