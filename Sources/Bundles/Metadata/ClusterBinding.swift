package import JSON

/// The one cluster that metadata was made for.
///
/// The name alone does not tell a cluster from a later one of the same name; the id does.
package struct ClusterBinding: Hashable, Sendable, JSONRepresentable, CustomStringConvertible {
    /// The name that people use.
    package let name: String
    /// The id that the hub gave when the cluster was added; never used twice.
    package let id: String

    package init(name: String, id: String) {
        self.name = name
        self.id = id
    }

    /// Reads `{cluster, clusterID}`.
    ///
    /// - Throws: `JSONError` when one of them is missing.
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("cluster")
        id = try json.required("clusterID")
    }

    /// Reads the `custom` field of `signed`; `nil` when it is absent or says something else, as another product's may.
    init?(custom signed: JSONValue) {
        guard let custom = signed["custom"], let binding = try? ClusterBinding(json: custom) else { return nil }
        self = binding
    }

    package var json: JSONValue { ["cluster": .string(name), "clusterID": .string(id)] }

    package var description: String { "\(name) (\(id))" }
}
