package import JSON
package import Values

/// A draft that somebody begins.
package struct NewDraftRequest: Hashable, Sendable {
    package var name: String
    /// The team whose documents it is to hold; `nil` for the platform's, or for the only team of whoever asks.
    package var team: String?
    package var shared: Bool
    package var message: String
    /// The revision that it is made against; `nil` is the latest.
    package var base: Int64?

    package init(name: String, team: String? = nil, shared: Bool = false, message: String = "", base: Int64? = nil) {
        self.name = name
        self.team = team
        self.shared = shared
        self.message = message
        self.base = base
    }
}

extension NewDraftRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            name: try json.required("name"),
            team: try json.optional("team"),
            shared: try json.optional("shared") ?? false,
            message: try json.optional("message") ?? "",
            base: try json.optional("base")
        )
    }

    package var json: JSONValue {
        .members(["name": name, "team": team, "shared": shared, "message": message, "base": base])
    }
}

/// What somebody changes in a draft, all of it or nothing.
package struct DraftPatch: Hashable, Sendable {
    /// The draft's version that somebody has looked at: edits of others that came later are conflicts.
    ///
    /// `nil` is for those who have not looked: then every edit of somebody else is one.
    package var seen: Int64?
    package var message: String?
    package var shared: Bool?
    /// The revision that the documents were read at; `nil` is the draft's base.
    package var base: Int64?
    package var put: [Document]
    package var delete: [DocumentID]
    /// Edits to throw away.
    package var drop: [DocumentID]

    package init(
        seen: Int64? = nil,
        message: String? = nil,
        shared: Bool? = nil,
        base: Int64? = nil,
        put: [Document] = [],
        delete: [DocumentID] = [],
        drop: [DocumentID] = []
    ) {
        self.seen = seen
        self.message = message
        self.shared = shared
        self.base = base
        self.put = put
        self.delete = delete
        self.drop = drop
    }
}

extension DraftPatch: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            seen: try json.optional("seen"),
            message: try json.optional("message"),
            shared: try json.optional("shared"),
            base: try json.optional("base"),
            put: try json.optional("put") ?? [],
            delete: try json.optional("delete") ?? [],
            drop: try json.optional("drop") ?? []
        )
    }

    package var json: JSONValue {
        .members([
            "seen": seen, "message": message, "shared": shared, "base": base, "put": put.isEmpty ? nil : put,
            "delete": delete.isEmpty ? nil : delete, "drop": drop.isEmpty ? nil : drop,
        ])
    }
}

/// That a draft is to become a revision.
package struct DraftCommitRequest: Hashable, Sendable {
    /// Why; `nil` takes the draft's message.
    package var message: String?
    /// Whether to check and answer only.
    package var dryRun: Bool

    package init(message: String? = nil, dryRun: Bool = false) {
        self.message = message
        self.dryRun = dryRun
    }
}

extension DraftCommitRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(message: try json.optional("message"), dryRun: try json.optional("dryRun") ?? false)
    }

    package var json: JSONValue { .members(["message": message, "dryRun": dryRun ? true : nil]) }
}

/// That a draft is to be brought up to the latest revision, and how clashes are decided.
package struct DraftRebaseRequest: Hashable, Sendable {
    /// Clashing documents that stay as the draft has them.
    package var mine: [DocumentID]
    /// Clashing documents whose edits are thrown away.
    package var theirs: [DocumentID]

    package init(mine: [DocumentID] = [], theirs: [DocumentID] = []) {
        self.mine = mine
        self.theirs = theirs
    }
}

extension DraftRebaseRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(mine: try json.optional("mine") ?? [], theirs: try json.optional("theirs") ?? [])
    }

    package var json: JSONValue { .members(["mine": mine, "theirs": theirs]) }
}

/// What became of bringing a draft up to the latest revision.
package struct DraftRebaseResult: Hashable, Sendable {
    package var draft: DraftEntry
    /// Edits that are in the values already, or gave way.
    package var dropped: [DocumentID]
    /// What still clashes.
    package var conflicts: [DocumentConflict]

    package init(draft: DraftEntry, dropped: [DocumentID], conflicts: [DocumentConflict]) {
        self.draft = draft
        self.dropped = dropped
        self.conflicts = conflicts
    }
}

extension DraftRebaseResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            draft: try json.required("draft"),
            dropped: try json.optional("dropped") ?? [],
            conflicts: try json.optional("conflicts") ?? []
        )
    }

    package var json: JSONValue { .members(["draft": draft, "dropped": dropped, "conflicts": conflicts]) }
}
