package import JSON

/// One commit to the values.
package struct Revision: Hashable, Sendable {
    package var number: Int64
    package var author: String
    /// When it was made, RFC 3339 in UTC.
    package var time: String
    package var message: String
    /// What it did to which document; in lists only for the history of one document.
    package var changes: [DocumentChange]
    /// How many documents it changed.
    package var changeCount: Int
    /// Its names, sorted.
    package var tags: [String]

    package init(
        number: Int64,
        author: String,
        time: String,
        message: String,
        changes: [DocumentChange],
        changeCount: Int? = nil,
        tags: [String] = []
    ) {
        self.number = number
        self.author = author
        self.time = time
        self.message = message
        self.changes = changes
        self.changeCount = changeCount ?? changes.count
        self.tags = tags
    }
}

extension Revision: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        number = try json.required("number")
        author = try json.required("author")
        time = try json.required("time")
        message = try json.required("message")
        changes = try json.optional("changes") ?? []
        changeCount = try json.optional("changeCount") ?? changes.count
        tags = try json.optional("tags") ?? []
    }

    package var json: JSONValue {
        .members([
            "number": number, "author": author, "time": time, "message": message,
            "changes": changes.isEmpty ? nil : changes, "changeCount": changeCount, "tags": tags.isEmpty ? nil : tags,
        ])
    }
}
