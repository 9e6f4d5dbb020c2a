package import JSON

/// What has become of one layer on a cluster.
package struct LayerStatus: Hashable, Sendable {
    package var name: String
    /// The SHA-256 of the layer's bytes, in hexadecimal.
    package var digest: String
    /// `applied`, `progressing`, `failed`, `pending` …, as the agent reports it.
    package var state: String
    /// How many objects the layer has.
    package var objects: Int
    package var applied: Int
    package var failed: Int
    /// The first failure in words.
    package var message: String?

    package init(
        name: String,
        digest: String,
        state: String,
        objects: Int,
        applied: Int,
        failed: Int,
        message: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.state = state
        self.objects = objects
        self.applied = applied
        self.failed = failed
        self.message = message
    }
}

extension LayerStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        digest = try json.optional("digest") ?? ""
        state = try json.optional("state") ?? ""
        objects = try json.optional("objects") ?? 0
        applied = try json.optional("applied") ?? 0
        failed = try json.optional("failed") ?? 0
        message = try json.optional("message")
    }

    package var json: JSONValue {
        .members([
            "name": name, "digest": digest, "state": state, "objects": objects, "applied": applied, "failed": failed,
            "message": message,
        ])
    }
}
