package import JSON

/// Something in a plan that cannot be taken back, or takes more along than its author may think.
package struct PlanDanger: Hashable, Sendable {
    /// `namespace`, `definition`, `data`, `secret`, `team`, `many` or `immutable`.
    package var kind: String
    /// The object that it is about, as `Kind namespace/name`; `nil` where it is about many.
    package var object: String?
    package var message: String

    package init(kind: String, object: String? = nil, message: String) {
        self.kind = kind
        self.object = object
        self.message = message
    }
}

extension PlanDanger: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            kind: try json.required("kind"),
            object: try json.optional("object"),
            message: try json.required("message")
        )
    }

    package var json: JSONValue { .members(["kind": kind, "object": object, "message": message]) }
}
