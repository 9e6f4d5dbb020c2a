package import JSON

/// The whole fleet at one glance; what `otomi status` shows and `otomi wait` waits on.
package struct FleetStatus: Hashable, Sendable {
    /// The latest revision of the values.
    package var revision: Int64
    /// What to send as `after` to be answered when something has changed; also the response's `ETag`.
    package var version: String
    package var clusters: [ClusterStatus]
    /// What waits for the signature of a team.
    package var unsigned: [UnsignedContent]

    package init(
        revision: Int64,
        version: String,
        clusters: [ClusterStatus],
        unsigned: [UnsignedContent] = []
    ) {
        self.revision = revision
        self.version = version
        self.clusters = clusters
        self.unsigned = unsigned
    }
}

extension FleetStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        version = try json.optional("version") ?? ""
        clusters = try json.required("clusters")
        unsigned = try json.optional("unsigned") ?? []
    }

    package var json: JSONValue {
        .members(["revision": revision, "version": version, "clusters": clusters, "unsigned": unsigned])
    }
}
