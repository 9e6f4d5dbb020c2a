package import JSON

/// What an import did.
package struct ImportResult: Hashable, Sendable {
    /// The revision that now holds; the one before when nothing changed.
    package var revision: Int64
    package var changed: [DocumentChange]
    /// How many documents were stored like that already.
    package var unchanged: Int
    /// Whether a new revision was made.
    package var created: Bool
    /// The names of the clusters that this import made pending.
    package var clusters: [String]
    /// The rollout that brings the revision to the clusters; `nil` when nothing changed.
    package var rollout: RolloutSummary?

    package init(
        revision: Int64,
        changed: [DocumentChange],
        unchanged: Int,
        created: Bool,
        clusters: [String],
        rollout: RolloutSummary? = nil
    ) {
        self.revision = revision
        self.changed = changed
        self.unchanged = unchanged
        self.created = created
        self.clusters = clusters
        self.rollout = rollout
    }
}

extension ImportResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let commit = try CommitResult(json: json)
        revision = commit.revision
        changed = commit.changed
        unchanged = commit.unchanged
        created = commit.created
        clusters = try json.optional("clusters") ?? []
        rollout = commit.rollout
    }

    package var json: JSONValue {
        .members([
            "revision": revision, "changed": changed, "unchanged": unchanged, "created": created, "clusters": clusters,
            "rollout": rollout,
        ])
    }
}
