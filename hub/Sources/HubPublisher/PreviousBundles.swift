import Bundles
import HubStore

/// The bundles that are out for some clusters.
struct PreviousBundles: Sendable {
    /// Those that were remembered, by cluster id.
    let known: [String: Bundle]
    /// The targets of the others as they are stored, by cluster id.
    let files: [String: [UInt8]]

    /// The bundle that is out for `cluster`; `nil` before the first.
    ///
    /// - Throws: `StoreError.Code.internal` when it is not there, `BundleError` when what is stored says none.
    func bundle(of cluster: ClusterRecord) throws -> Bundle? {
        guard cluster.generation > 0 else { return nil }
        if let bundle = known[cluster.id] { return bundle }
        let name = MetadataRole.targets.fileName(version: cluster.generation)
        guard let bytes = files[cluster.id] else {
            throw StoreError(.internal, "\(name) of the cluster '\(cluster.name)' is not stored")
        }
        return try Bundle(SignedMetadata(parsing: bytes, name: name).content(TargetsMetadata.self, name: name))
    }
}
