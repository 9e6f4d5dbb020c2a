package import JSON

/// A check of trust that failed on a cluster.
package struct TrustFault: Hashable, Sendable, JSONRepresentable {
    /// The raw value of a `BundleError.Code`.
    package let code: String
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = Report.bounded(message)
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` when the code is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(code: try json.required("code"), message: try json.optional("message") ?? "")
    }

    package var json: JSONValue { ["code": .string(code), "message": .string(message)] }
}
