package import Bundles
package import JSON

/// How one layer stands on a cluster.
package struct LayerReport: Hashable, Sendable, JSONRepresentable {
    package let name: String
    /// The layer that is applied or being applied.
    package let digest: Digest
    package let state: Report.State
    /// How many objects it holds.
    package let objects: Int
    /// How many of them the API server took.
    package let applied: Int
    /// How many of them it refused or does not serve yet.
    package let failed: Int
    /// The first fault, cut to a bound; empty when there is none.
    package let message: String

    package init(
        name: String,
        digest: Digest,
        state: Report.State,
        objects: Int,
        applied: Int,
        failed: Int,
        message: String = ""
    ) {
        self.name = name
        self.digest = digest
        self.state = state
        self.objects = objects
        self.applied = applied
        self.failed = failed
        self.message = Report.bounded(message)
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            name: try json.required("name"),
            digest: try json.required("digest"),
            state: try Report.State(rawValue: json.required("state")) ?? .unknown,
            objects: try json.required("objects"),
            applied: try json.required("applied"),
            failed: try json.required("failed"),
            message: try json.optional("message") ?? ""
        )
    }

    package var json: JSONValue {
        .members([
            "name": name,
            "digest": digest,
            "state": state.rawValue,
            "objects": objects,
            "applied": applied,
            "failed": failed,
            "message": message.isEmpty ? nil : message,
        ])
    }
}
