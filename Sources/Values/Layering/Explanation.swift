package import JSON

/// Where one effective value comes from, and what it overrides.
package struct Explanation: Hashable, Sendable {
    /// A value that another layer has for the same place.
    package struct Layer: Hashable, Sendable {
        package let origin: Origin
        /// The layer's value; `null` when the layer removes the value.
        package let value: JSONValue
    }

    package let pointer: JSONPointer
    package let value: JSONValue
    package let origin: Origin
    /// The values below that this one won over, nearest first.
    package let overridden: [Layer]
    /// The document that holds the place; `nil` outside documents.
    package let document: DocumentID?
}

extension Explanation: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text: String = try json.required("pointer")
        guard let pointer = JSONPointer(text) else {
            throw JSONError("a JSON Pointer is expected", at: JSONPointer(["pointer"]))
        }
        self.pointer = pointer
        value = json["value"] ?? .null
        origin = try json.required("origin")
        overridden = try json.optional("overridden") ?? []
        document = try json.optional("document")
    }

    package var json: JSONValue {
        .members([
            "pointer": pointer.description, "value": value, "origin": origin, "overridden": overridden,
            "document": document,
        ])
    }
}

extension Explanation.Layer: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        origin = try json.required("origin")
        value = json["value"] ?? .null
    }

    package var json: JSONValue { .members(["origin": origin, "value": value]) }
}
