package import JSON

/// The hub's answer to an agent that an operator must let in first, with the status 202.
package struct AdmissionPending: Hashable, Sendable, JSONRepresentable {
    package static let status = 202

    /// The id of the key that waits: what the operator compares.
    package let fingerprint: String
    /// What the operator has to do.
    package let message: String

    package init(fingerprint: String, message: String) {
        self.fingerprint = fingerprint
        self.message = message
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        fingerprint = try json.required("fingerprint")
        message = try json.required("message")
    }

    package var json: JSONValue { .members(["fingerprint": fingerprint, "message": message]) }
}
