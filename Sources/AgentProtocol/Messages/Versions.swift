package import JSON

/// The programs' versions on a cluster.
package struct Versions: Hashable, Sendable, JSONRepresentable {
    package let agent: String
    package let kubernetes: String

    package init(agent: String, kubernetes: String) {
        self.agent = agent
        self.kubernetes = kubernetes
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` when one is missing.
    package init(json: JSONValue) throws(JSONError) {
        agent = try json.required("agent")
        kubernetes = try json.required("kubernetes")
    }

    package var json: JSONValue { ["agent": .string(agent), "kubernetes": .string(kubernetes)] }
}
