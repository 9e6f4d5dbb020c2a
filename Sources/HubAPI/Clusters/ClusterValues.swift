package import JSON

/// The effective values of one cluster at one revision.
package struct ClusterValues: Hashable, Sendable {
    package var cluster: String
    package var revision: Int64
    /// The effective tree; secret leaves read as a marker.
    package var values: JSONValue

    package init(cluster: String, revision: Int64, values: JSONValue) {
        self.cluster = cluster
        self.revision = revision
        self.values = values
    }
}

extension ClusterValues: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.required("cluster")
        revision = try json.required("revision")
        values = try json.required("values")
    }

    package var json: JSONValue { .members(["cluster": cluster, "revision": revision, "values": values]) }
}
