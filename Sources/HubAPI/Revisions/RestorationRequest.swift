package import JSON
package import Values

/// That documents are to be as they were, in a new revision or in a draft.
package struct RestorationRequest: Hashable, Sendable {
    /// Why; `nil` says which revision is restored.
    package var message: String?
    /// Only these documents; all when empty.
    package var documents: [DocumentID]
    /// Only the documents of this team.
    package var team: String?
    /// The draft that takes the changes, made when there is none; `nil` commits them.
    package var draft: String?
    /// Whether to check and answer only.
    package var dryRun: Bool

    package init(
        message: String? = nil,
        documents: [DocumentID] = [],
        team: String? = nil,
        draft: String? = nil,
        dryRun: Bool = false
    ) {
        self.message = message
        self.documents = documents
        self.team = team
        self.draft = draft
        self.dryRun = dryRun
    }
}

extension RestorationRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            message: try json.optional("message"),
            documents: try json.optional("documents") ?? [],
            team: try json.optional("team"),
            draft: try json.optional("draft"),
            dryRun: try json.optional("dryRun") ?? false
        )
    }

    package var json: JSONValue {
        .members([
            "message": message, "documents": documents.isEmpty ? nil : documents, "team": team, "draft": draft,
            "dryRun": dryRun ? true : nil,
        ])
    }
}

/// What became of a restoration: a commit, or a draft that waits for one.
package struct RestorationResult: Hashable, Sendable {
    package var commit: CommitResult?
    package var draft: DraftEntry?

    package init(commit: CommitResult? = nil, draft: DraftEntry? = nil) {
        self.commit = commit
        self.draft = draft
    }
}

extension RestorationResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(commit: try json.optional("commit"), draft: try json.optional("draft"))
    }

    package var json: JSONValue { .members(["commit": commit, "draft": draft]) }
}
