package import JSON

/// The id of the key that counts from now on.
package struct RotateResponse: Hashable, Sendable, JSONRepresentable {
    package let keyID: String

    package init(keyID: String) {
        self.keyID = keyID
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` when the id is missing.
    package init(json: JSONValue) throws(JSONError) {
        keyID = try json.required("keyID")
    }

    package var json: JSONValue { ["keyID": .string(keyID)] }
}
