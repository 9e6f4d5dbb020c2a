package import Values

/// What a plan compares, and on which clusters.
package struct PreviewInput: Sendable {
    /// A cluster and the revision that is compared with.
    package struct Cluster: Sendable {
        package let identity: ClusterIdentity
        package let before: Int64

        package init(_ identity: ClusterIdentity, before: Int64) {
            self.identity = identity
            self.before = before
        }
    }

    package let clusters: [Cluster]
    /// The values of each revision that clusters are compared with, secrets in the clear.
    package let before: [Int64: [StoredDocument]]
    /// The values as they would be, secrets in the clear.
    package let after: [StoredDocument]
    /// The number that the values would have.
    package let revision: Int64
    /// Whose objects are shown; `nil` for everybody's.
    package var teams: Set<String>?
    /// The clusters whose agents are to try the change, by name.
    package var rehearsed: Set<String> = []
    /// Whether whole objects are told of what is added.
    package var isDetailed = false

    package init(
        clusters: [Cluster],
        before: [Int64: [StoredDocument]],
        after: [StoredDocument],
        revision: Int64
    ) {
        self.clusters = clusters
        self.before = before
        self.after = after
        self.revision = revision
    }
}
