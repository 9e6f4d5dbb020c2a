package import Values

/// A draft that somebody begins.
package struct NewDraft: Hashable, Sendable {
    package var name: String
    package var team: String?
    package var isShared: Bool
    package var message: String
    /// The revision that it is made against; `nil` is the latest.
    package var base: Int64?

    package init(name: String, team: String? = nil, isShared: Bool = false, message: String = "", base: Int64? = nil) {
        self.name = name
        self.team = team
        self.isShared = isShared
        self.message = message
        self.base = base
    }
}

/// What somebody changes in a draft, all of it or nothing.
package struct DraftChange: Hashable, Sendable {
    /// The draft's version that must still hold; `nil` for any.
    package var expected: Int64?
    /// The draft's version that the change was made on: edits of other people that came later are clashes.
    ///
    /// `nil` is for those who have not looked: then every edit of somebody else is one.
    package var seen: Int64?
    package var message: String?
    package var isShared: Bool?
    /// The revision that the documents were read at; `nil` is the draft's base.
    package var base: Int64?
    package var put: [Document]
    package var delete: [DocumentID]
    /// Edits that are thrown away.
    package var drop: [DocumentID]
    /// The revision that the documents are taken from as they are stored there, secrets included.
    package var carriedFrom: Int64?

    package init(
        expected: Int64? = nil,
        seen: Int64? = nil,
        message: String? = nil,
        isShared: Bool? = nil,
        base: Int64? = nil,
        put: [Document] = [],
        delete: [DocumentID] = [],
        drop: [DocumentID] = [],
        carriedFrom: Int64? = nil
    ) {
        self.expected = expected
        self.seen = seen
        self.message = message
        self.isShared = isShared
        self.base = base
        self.put = put
        self.delete = delete
        self.drop = drop
        self.carriedFrom = carriedFrom
    }
}

/// What became of bringing a draft up to the latest revision.
package struct DraftRebase: Hashable, Sendable {
    package let draft: Draft
    /// Edits that others have committed just so meanwhile, or that gave way to theirs.
    package let dropped: [DocumentID]
    /// What still clashes: the documents keep their old base.
    package let conflicts: [DocumentConflict]
}
