package import JSON

/// A name for a revision.
package struct TagEntry: Hashable, Sendable {
    package var name: String
    package var revision: Int64
    package var message: String
    package var author: String
    /// When it was given, RFC 3339 in UTC.
    package var time: String

    package init(name: String, revision: Int64, message: String, author: String, time: String) {
        self.name = name
        self.revision = revision
        self.message = message
        self.author = author
        self.time = time
    }
}

extension TagEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            name: try json.required("name"),
            revision: try json.required("revision"),
            message: try json.optional("message") ?? "",
            author: try json.required("author"),
            time: try json.required("time")
        )
    }

    package var json: JSONValue {
        .members(["name": name, "revision": revision, "message": message, "author": author, "time": time])
    }
}

/// A name to give to a revision.
package struct TagRequest: Hashable, Sendable {
    package var name: String
    package var message: String

    package init(name: String, message: String = "") {
        self.name = name
        self.message = message
    }
}

extension TagRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(name: try json.required("name"), message: try json.optional("message") ?? "")
    }

    package var json: JSONValue { .members(["name": name, "message": message]) }
}
