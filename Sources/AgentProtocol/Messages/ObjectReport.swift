package import JSON

/// One object of a cluster that is not ready, or that somebody else changed.
package struct ObjectReport: Hashable, Sendable, JSONRepresentable {
    package let group: String
    package let kind: String
    /// `nil` for an object of the whole cluster.
    package let namespace: String?
    package let name: String
    /// One word for machines, such as the names of API machinery: "NotServed", "Conflict", "Unavailable".
    package let reason: String
    /// For people, cut to a bound.
    package let message: String

    package init(
        group: String,
        kind: String,
        namespace: String?,
        name: String,
        reason: String,
        message: String
    ) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.reason = reason
        self.message = Report.bounded(message)
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            group: try json.optional("group") ?? "",
            kind: try json.required("kind"),
            namespace: try json.optional("namespace"),
            name: try json.required("name"),
            reason: try json.required("reason"),
            message: try json.optional("message") ?? ""
        )
    }

    package var json: JSONValue {
        .members([
            "group": group.isEmpty ? nil : group,
            "kind": kind,
            "namespace": namespace,
            "name": name,
            "reason": reason,
            "message": message.isEmpty ? nil : message,
        ])
    }
}
