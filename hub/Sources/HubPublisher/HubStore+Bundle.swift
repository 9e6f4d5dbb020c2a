import Bundles
import HubStore

extension HubStore {
    /// The bundle that is out for `cluster`; `nil` before the first.
    func bundle(of cluster: ClusterRecord) async throws -> Bundle? {
        guard let targets = try await targets(of: cluster) else { return nil }
        return try Bundle(targets)
    }

    /// The targets metadata that is out for `cluster`.
    func targets(of cluster: ClusterRecord) async throws -> TargetsMetadata? {
        guard cluster.generation > 0 else { return nil }
        let name = MetadataRole.targets.fileName(version: cluster.generation)
        guard let bytes = try await metadata(clusterID: cluster.id, file: name) else {
            throw StoreError(.internal, "\(name) of the cluster '\(cluster.name)' is not stored")
        }
        return try SignedMetadata(parsing: bytes, name: name).content(TargetsMetadata.self, name: name)
    }
}

extension MetadataSigner.ClusterMetadata {
    /// The files by the names under which agents ask for them.
    var files: [String: [UInt8]] {
        [
            MetadataRole.targets.fileName(version: generation): targets,
            MetadataRole.snapshot.fileName(version: generation): snapshot,
            MetadataRole.timestamp.fileName: timestamp,
        ]
    }
}
