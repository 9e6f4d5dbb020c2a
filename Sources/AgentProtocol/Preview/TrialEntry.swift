package import JSON

/// One object that an agent tries on its API server without writing it: one line of a trial's file.
///
/// The file is a sealed layer whose objects are these entries, so that nobody but the cluster's agent can read it.
package struct TrialEntry: Hashable, Sendable, JSONRepresentable {
    /// How many entries one trial has at most.
    package static let maximumCount = 500
    /// How many bytes the file of one trial has at most, before it is sealed.
    package static let maximumBytes = 2 << 20

    /// The layer that the object would be in; it decides whom it is applied as.
    package let layer: String
    package let object: JSONValue
    /// Whether nothing of its values may leave the cluster.
    package let isConfidential: Bool

    package init(layer: String, object: JSONValue, isConfidential: Bool = false) {
        self.layer = layer
        self.object = object
        self.isConfidential = isConfidential
    }

    /// Reads `{layer, object, confidential}`.
    ///
    /// - Throws: `JSONError` when one is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            layer: try json.required("layer"),
            object: try json.required("object"),
            isConfidential: try json.optional("confidential") ?? false
        )
    }

    package var json: JSONValue {
        .members(["layer": layer, "object": object, "confidential": isConfidential ? true : nil])
    }
}
