package import Bundles
package import JSON

/// What the hub tells a newly enrolled agent: who it is from now on, and whom to trust.
package struct EnrolResponse: Hashable, Sendable, JSONRepresentable {
    package let cluster: ClusterBinding
    /// The id under which the hub keeps the agent's key; every later signature names it.
    package let keyID: String
    /// The fleet's newest TUF root, the whole signed file.
    package let root: JSONValue
    /// The hub's time in seconds since 1970, so that an agent notices a wrong clock at once.
    package let hubTime: Int64

    package init(cluster: ClusterBinding, keyID: String, root: JSONValue, hubTime: Int64) {
        self.cluster = cluster
        self.keyID = keyID
        self.root = root
        self.hubTime = hubTime
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        cluster = try ClusterBinding(json: json)
        keyID = try json.required("keyID")
        root = try json.required("root")
        hubTime = try json.required("hubTime")
    }

    package var json: JSONValue {
        .members([
            "cluster": cluster.name, "clusterID": cluster.id, "keyID": keyID, "root": root, "hubTime": hubTime,
        ])
    }
}
