package import JSON
package import Values

/// A commit that somebody pushed to the mirrored branch, and what became of it.
package struct GitPushEntry: Hashable, Sendable {
    package var commit: String
    package var authorName: String
    package var authorEmail: String
    package var message: String
    package var committedAt: String
    package var seenAt: String
    /// `taken`, `refused`, or `corrected` when a later commit put it right.
    package var state: String
    /// The revision that it became.
    package var revision: Int64?
    /// Why it was refused.
    package var detail: String?
    package var hint: String?
    /// Everything that is wrong with it, with files and places.
    package var errors: [Fault]
    /// The documents that were changed on the hub too, each in both versions.
    package var conflicts: [DocumentConflict]
    /// The commit that it was taken with.
    package var correctedBy: String?

    package init(
        commit: String,
        authorName: String,
        authorEmail: String,
        message: String,
        committedAt: String,
        seenAt: String,
        state: String,
        revision: Int64? = nil,
        detail: String? = nil,
        hint: String? = nil,
        errors: [Fault] = [],
        conflicts: [DocumentConflict] = [],
        correctedBy: String? = nil
    ) {
        self.commit = commit
        self.authorName = authorName
        self.authorEmail = authorEmail
        self.message = message
        self.committedAt = committedAt
        self.seenAt = seenAt
        self.state = state
        self.revision = revision
        self.detail = detail
        self.hint = hint
        self.errors = errors
        self.conflicts = conflicts
        self.correctedBy = correctedBy
    }

    /// The message's first line.
    package var subject: String { message.split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
}

extension GitPushEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        commit = try json.required("commit")
        authorName = try json.required("authorName")
        authorEmail = try json.required("authorEmail")
        message = try json.required("message")
        committedAt = try json.required("committedAt")
        seenAt = try json.required("seenAt")
        state = try json.required("state")
        revision = try json.optional("revision")
        detail = try json.optional("detail")
        hint = try json.optional("hint")
        errors = try json.optional("errors") ?? []
        conflicts = try json.optional("conflicts") ?? []
        correctedBy = try json.optional("correctedBy")
    }

    package var json: JSONValue {
        .members([
            "commit": commit, "authorName": authorName, "authorEmail": authorEmail, "message": message,
            "committedAt": committedAt, "seenAt": seenAt, "state": state, "revision": revision, "detail": detail,
            "hint": hint, "errors": errors.isEmpty ? nil : errors, "conflicts": conflicts.isEmpty ? nil : conflicts,
            "correctedBy": correctedBy,
        ])
    }
}
