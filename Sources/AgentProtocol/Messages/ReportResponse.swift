package import JSON

/// The hub's answer to a report.
package struct ReportResponse: Hashable, Sendable, JSONRepresentable {
    /// Whether it was newer than what the hub had.
    package let accepted: Bool

    package init(accepted: Bool) {
        self.accepted = accepted
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` when it is missing.
    package init(json: JSONValue) throws(JSONError) {
        accepted = try json.required("accepted")
    }

    package var json: JSONValue { ["accepted": .bool(accepted)] }
}
