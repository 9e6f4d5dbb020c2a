package import JSON
package import Values

/// What a commit did.
package struct CommitResult: Hashable, Sendable {
    /// The revision that now holds; the one before when nothing changed.
    package var revision: Int64
    package var changed: [DocumentChange]
    /// How many of the documents that were sent were stored like that already.
    package var unchanged: Int
    /// Whether a new revision was made.
    package var created: Bool
    /// What is worth saying about the change, though it was not refused: audited policies, for one.
    package var warnings: [Fault]
    /// The rollout that brings the revision to the clusters; `nil` when nothing changed.
    package var rollout: RolloutSummary?

    package init(
        revision: Int64,
        changed: [DocumentChange],
        unchanged: Int,
        created: Bool,
        warnings: [Fault] = [],
        rollout: RolloutSummary? = nil
    ) {
        self.revision = revision
        self.changed = changed
        self.unchanged = unchanged
        self.created = created
        self.warnings = warnings
        self.rollout = rollout
    }
}

extension CommitResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        changed = try json.optional("changed") ?? []
        unchanged = try json.optional("unchanged") ?? 0
        created = try json.optional("created") ?? !changed.isEmpty
        warnings = try json.optional("warnings") ?? []
        rollout = try json.optional("rollout")
    }

    package var json: JSONValue {
        .members([
            "revision": revision, "changed": changed, "unchanged": unchanged, "created": created,
            "warnings": warnings.isEmpty ? nil : warnings, "rollout": rollout,
        ])
    }
}
