package import JSON
package import Values

/// Where the effective values of one cluster under one path come from.
package struct ClusterExplanation: Hashable, Sendable {
    package var cluster: String
    package var revision: Int64
    package var path: String
    /// One entry for the place itself, or one per leaf under it.
    package var entries: [Explanation]

    package init(cluster: String, revision: Int64, path: String, entries: [Explanation]) {
        self.cluster = cluster
        self.revision = revision
        self.path = path
        self.entries = entries
    }
}

extension ClusterExplanation: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.required("cluster")
        revision = try json.required("revision")
        path = try json.required("path")
        entries = try json.required("entries")
    }

    package var json: JSONValue {
        .members(["cluster": cluster, "revision": revision, "path": path, "entries": entries])
    }
}
