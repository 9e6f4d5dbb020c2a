package import Values

/// A change that somebody wants to make to the values.
package struct Commit: Sendable {
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

    package init(
        message: String,
        author: String,
        base: Int64? = nil,
        put: [Document] = [],
        delete: [DocumentID] = [],
        checkedAt: Int64? = nil,
        isDryRun: Bool = false
    ) {
        self.message = message
        self.author = author
        self.base = base
        self.put = put
        self.delete = delete
        self.checkedAt = checkedAt
        self.isDryRun = isDryRun
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

    package init(revision: Int64, changed: [DocumentChange], unchanged: Int, isCreated: Bool) {
        self.revision = revision
        self.changed = changed
        self.unchanged = unchanged
        self.isCreated = isCreated
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
