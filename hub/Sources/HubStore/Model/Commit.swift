package import Values

/// A change that somebody wants to make to the values.
package struct Commit: Sendable {
    /// How clusters come to run the revision.
    package enum Movement: Hashable, Sendable {
        /// All are to run it from the same moment on.
        case atOnce
        /// As the fleet's rollout policy says.
        case byPolicy
    }

    package var message: String
    package var author: String
    /// The revision that the change was made against; `nil` takes the latest as it is, whatever it is.
    package var base: Int64?
    package var put: [Document]
    package var delete: [DocumentID]
    /// The revision against which the change was checked as a whole; the commit fails as `.stale` when a newer one has come.
    package var checkedAt: Int64?
    /// Computes the result, and writes nothing.
    package var isDryRun: Bool
    /// How clusters come to run it.
    package var movement: Movement
    /// Where the documents are taken from, secrets included; `nil` when they are what the caller sent.
    package var source: CommitSource?

    package init(
        message: String,
        author: String,
        base: Int64? = nil,
        put: [Document] = [],
        delete: [DocumentID] = [],
        checkedAt: Int64? = nil,
        isDryRun: Bool = false,
        movement: Movement = .atOnce,
        source: CommitSource? = nil
    ) {
        self.message = message
        self.author = author
        self.base = base
        self.put = put
        self.delete = delete
        self.checkedAt = checkedAt
        self.isDryRun = isDryRun
        self.movement = movement
        self.source = source
    }
}

/// What became of a commit.
package struct CommitResult: Hashable, Sendable {
    /// The new revision, or the latest one when nothing changed.
    package let revision: Int64
    package let changed: [DocumentChange]
    /// How many documents of the commit were equal to what is stored.
    package let unchanged: Int
    /// Whether the commit made `revision`.
    package let isCreated: Bool
    /// The rollout that brings it to the clusters; `nil` when nothing changed.
    package let rollout: Int64?

    package init(
        revision: Int64,
        changed: [DocumentChange],
        unchanged: Int,
        isCreated: Bool,
        rollout: Int64? = nil
    ) {
        self.revision = revision
        self.changed = changed
        self.unchanged = unchanged
        self.isCreated = isCreated
        self.rollout = rollout
    }
}

/// What became of an import.
package struct ImportResult: Sendable {
    package let commit: CommitResult
    /// The clusters that the import made; those that were there already are not among them.
    package let added: [ClusterRecord]

    package init(commit: CommitResult, added: [ClusterRecord]) {
        self.commit = commit
        self.added = added
    }
}
