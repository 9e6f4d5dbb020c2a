package import JSON

/// Changes to the values that somebody collects before they become one revision.
package struct DraftEntry: Hashable, Sendable {
    package var name: String
    /// The team whose documents it holds, and no others; `nil` when it is the platform's.
    package var team: String?
    package var author: String
    /// Whether others work on it too; a private one is its author's alone.
    package var shared: Bool
    package var message: String
    /// The revision that it was last brought up to.
    package var base: Int64
    /// Rises with every change; also the response's `ETag`.
    package var version: Int64
    /// When it was begun, RFC 3339 in UTC.
    package var created: String
    /// When it was last changed, RFC 3339 in UTC.
    package var changed: String
    package var changedBy: String
    /// How many documents it changes.
    package var editCount: Int
    /// What it does, in the order of documents; empty in lists.
    package var edits: [DraftEditEntry]

    package init(
        name: String,
        team: String? = nil,
        author: String,
        shared: Bool,
        message: String,
        base: Int64,
        version: Int64,
        created: String,
        changed: String,
        changedBy: String,
        editCount: Int,
        edits: [DraftEditEntry] = []
    ) {
        self.name = name
        self.team = team
        self.author = author
        self.shared = shared
        self.message = message
        self.base = base
        self.version = version
        self.created = created
        self.changed = changed
        self.changedBy = changedBy
        self.editCount = editCount
        self.edits = edits
    }
}

extension DraftEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            name: try json.required("name"),
            team: try json.optional("team"),
            author: try json.required("author"),
            shared: try json.required("shared"),
            message: try json.optional("message") ?? "",
            base: try json.required("base"),
            version: try json.required("version"),
            created: try json.required("created"),
            changed: try json.required("changed"),
            changedBy: try json.required("changedBy"),
            editCount: try json.required("editCount"),
            edits: try json.optional("edits") ?? []
        )
    }

    package var json: JSONValue {
        .members([
            "name": name, "team": team, "author": author, "shared": shared, "message": message, "base": base,
            "version": version, "created": created, "changed": changed, "changedBy": changedBy, "editCount": editCount,
            "edits": edits.isEmpty ? nil : edits,
        ])
    }
}
