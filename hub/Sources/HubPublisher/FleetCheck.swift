import Bundles
package import Values

/// Says what a change of the values would do wrong on the clusters of the fleet, before anything is stored.
///
/// What is compiled here is compiled by the same parts as the bundles, so nothing that this lets through is refused later.
package final class FleetCheck: Sendable {
    private let compiler = BundleCompiler(maximumBytes: 64 * 1024 * 1024)

    package init() {}

    /// The faults of `after` on `clusters` that `before` does not have there.
    ///
    /// An old fault elsewhere does not stop an unrelated change.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    package func faults(
        changing before: [Document],
        to after: [Document],
        on clusters: [ClusterIdentity]
    ) throws -> [Fault] {
        let known = try faults(of: before, on: clusters)
        return try faults(of: after, on: clusters).subtracting(known).sorted()
    }

    private func faults(of documents: [Document], on clusters: [ClusterIdentity]) throws(BundleError) -> Set<Fault> {
        let stored = documents.map { StoredDocument(document: $0, revision: 0, author: "") }
        let index = compiler.index(stored, revision: 0)
        var faults: Set<Fault> = []
        for cluster in clusters { faults.formUnion(try compiler.compile(cluster: cluster, index).faults) }
        return faults
    }
}
