package import JSON

/// Every Kubernetes object of a cluster's current bundle, in the order in which they are applied.
package struct ClusterObjects: Hashable, Sendable {
    package var cluster: String
    package var revision: Int64
    package var generation: Int64
    package var objects: [JSONValue]

    package init(cluster: String, revision: Int64, generation: Int64, objects: [JSONValue]) {
        self.cluster = cluster
        self.revision = revision
        self.generation = generation
        self.objects = objects
    }
}

extension ClusterObjects: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.optional("cluster") ?? ""
        revision = try json.required("revision")
        generation = try json.required("generation")
        objects = try json.required("objects")
    }

    package var json: JSONValue {
        .members(["cluster": cluster, "revision": revision, "generation": generation, "objects": objects])
    }
}
