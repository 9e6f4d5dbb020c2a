package import JSON

/// What a commit did.
package struct CommitResult: Hashable, Sendable {
    /// The revision that now holds; the one before when nothing changed.
    package var revision: Int64
    package var changed: [DocumentChange]
    /// How many of the documents that were sent were stored like that already.
    package var unchanged: Int
    /// Whether a new revision was made.
    package var created: Bool

    package init(revision: Int64, changed: [DocumentChange], unchanged: Int, created: Bool) {
        self.revision = revision
        self.changed = changed
        self.unchanged = unchanged
        self.created = created
    }
}

extension CommitResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        changed = try json.optional("changed") ?? []
        unchanged = try json.optional("unchanged") ?? 0
        created = try json.optional("created") ?? !changed.isEmpty
    }

    package var json: JSONValue {
        .members(["revision": revision, "changed": changed, "unchanged": unchanged, "created": created])
    }
}
