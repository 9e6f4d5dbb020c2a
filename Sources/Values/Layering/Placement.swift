package import JSON

/// Which clusters a team, service, job, secret or app goes to.
package struct Placement: Hashable, Sendable {
    /// Clusters by name; a cluster named here matches.
    package let clusters: [String]?
    /// Clusters by label; a cluster with all these labels matches.
    package let selector: [String: String]?

    /// Everywhere.
    package static let everywhere = Placement(clusters: nil, selector: nil)

    package init(clusters: [String]?, selector: [String: String]?) {
        self.clusters = clusters
        self.selector = selector
    }

    /// Reads `placement` of a spec; absent, or without names and selector, means everywhere.
    package init(of spec: JSONValue) {
        let placement = spec["placement"]
        clusters = placement?["clusters"]?.arrayValue?.compactMap(\.stringValue)
        selector = placement?["selector"]?.objectValue?.compactMapValues(\.stringValue)
    }

    /// Whether `cluster` is meant.
    package func includes(_ cluster: ClusterIdentity) -> Bool {
        guard clusters != nil || selector != nil else { return true }
        if let clusters, clusters.contains(cluster.name) { return true }
        if let selector { return cluster.matches(selector) }
        return false
    }

    /// Whether no cluster can be meant by both, as far as names alone can tell.
    package func isDisjoint(with other: Placement) -> Bool {
        guard let clusters, let otherClusters = other.clusters, selector == nil, other.selector == nil else {
            return false
        }
        return Set(clusters).isDisjoint(with: otherClusters)
    }
}
