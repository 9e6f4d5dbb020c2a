package import JSON
package import Values

/// What became of one document between two revisions, field by field.
package struct DocumentDifference: Hashable, Sendable {
    package let id: DocumentID
    package let action: DocumentChange.Action
    /// The document before, secrets as markers; `nil` when there was none.
    package let before: StoredDocument?
    /// The document after, secrets as markers; `nil` when there is none.
    package let after: StoredDocument?

    /// Where the specs differ; a secret that was replaced is a difference of markers, which say nothing about it.
    package var fields: [JSONDifference] {
        JSONDiff.between(before?.document.spec ?? [:], after?.document.spec ?? [:], isWhole: SecretMarker.isMarker)
    }

    init?(id: DocumentID, before: StoredDocument?, after: StoredDocument?) {
        switch (before, after) {
        case (nil, nil): return nil
        case (nil, _): action = .created
        case (_, nil): action = .deleted
        default: action = .updated
        }
        self.id = id
        self.before = before
        self.after = after
    }
}
