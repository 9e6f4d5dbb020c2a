package import JSON
package import Values

/// What the hub answers instead of a result: a problem document of RFC 9457.
package struct Problem: Error, Hashable, Sendable {
    /// The media type of a problem document.
    package static let mediaType = "application/problem+json"

    /// What kind of problem it is: a stable URI, which is what clients decide by.
    package var type: String
    /// The kind in a few words, the same for every problem of the type.
    package var title: String
    /// The HTTP status.
    package var status: Int
    /// What failed, on which object.
    package var detail: String
    /// What to do next.
    package var hint: String?
    /// Every fault of the values that were sent.
    package var errors: [Fault]
    /// Both versions of every document that somebody else changed meanwhile.
    package var conflicts: [DocumentConflict]

    package init(
        _ kind: ProblemKind,
        detail: String,
        hint: String? = nil,
        errors: [Fault] = [],
        conflicts: [DocumentConflict] = []
    ) {
        self.type = kind.uri
        self.title = kind.title
        self.status = kind.status
        self.detail = detail
        self.hint = hint
        self.errors = errors
        self.conflicts = conflicts
    }

    /// The kind that `type` names; `nil` for one that this version does not know.
    package var kind: ProblemKind? { ProblemKind(uri: type) }
}

extension Problem: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        type = try json.optional("type") ?? "about:blank"
        title = try json.optional("title") ?? ""
        status = try json.optional("status") ?? 0
        detail = try json.optional("detail") ?? ""
        hint = try json.optional("hint")
        errors = try json.optional("errors") ?? []
        conflicts = try json.optional("conflicts") ?? []
    }

    package var json: JSONValue {
        .members([
            "type": type, "title": title, "status": status, "detail": detail, "hint": hint,
            "errors": errors.isEmpty ? nil : errors, "conflicts": conflicts.isEmpty ? nil : conflicts,
        ])
    }
}
