import Bundles
import HubStore

extension HubStore {
    /// The files of the targets that are out for these clusters, by cluster id.
    func targetsFiles(of clusters: [ClusterRecord]) async throws -> [String: [UInt8]] {
        let published = clusters.filter { $0.generation > 0 }
        guard !published.isEmpty else { return [:] }
        let names = published.map { ($0.id, MetadataRole.targets.fileName(version: $0.generation)) }
        return try await metadata(files: Dictionary(uniqueKeysWithValues: names))
    }

    /// The targets metadata that is out for `cluster`; `nil` before the first.
    func targets(of cluster: ClusterRecord) async throws -> (file: SignedMetadata, content: TargetsMetadata)? {
        guard cluster.generation > 0 else { return nil }
        let name = MetadataRole.targets.fileName(version: cluster.generation)
        let file = try await metadata(of: cluster, name)
        return (file, try file.content(TargetsMetadata.self, name: name))
    }

    /// The snapshot metadata that is out for `cluster`.
    func snapshot(of cluster: ClusterRecord) async throws -> SignedMetadata {
        try await metadata(of: cluster, MetadataRole.snapshot.fileName(version: cluster.generation))
    }

    private func metadata(of cluster: ClusterRecord, _ name: String) async throws -> SignedMetadata {
        guard let bytes = try await metadata(clusterID: cluster.id, file: name) else {
            throw StoreError(.internal, "\(name) of the cluster '\(cluster.name)' is not stored")
        }
        return try SignedMetadata(parsing: bytes, name: name)
    }
}

extension MetadataSigner.ClusterMetadata {
    /// The files by the names under which agents ask for them.
    var files: [String: [UInt8]] {
        [
            MetadataRole.targets.fileName(version: generation): targets,
            MetadataRole.snapshot.fileName(version: generation): snapshot,
            MetadataRole.timestamp.fileName: timestamp,
        ].merging(delegated) { own, _ in own }
    }
}
