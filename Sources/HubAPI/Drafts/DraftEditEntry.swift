package import JSON
package import Values

/// What a draft does to one document.
package struct DraftEditEntry: Hashable, Sendable {
    package var document: DocumentID
    /// The spec as it is to be, secrets as markers; `nil` when the document is to go.
    package var spec: JSONValue?
    /// The revision that the edit was made against.
    package var base: Int64
    /// The draft's version that the edit came with.
    package var version: Int64
    package var author: String
    /// When, RFC 3339 in UTC.
    package var time: String

    package init(
        document: DocumentID,
        spec: JSONValue?,
        base: Int64,
        version: Int64,
        author: String,
        time: String
    ) {
        self.document = document
        self.spec = spec
        self.base = base
        self.version = version
        self.author = author
        self.time = time
    }
}

extension DraftEditEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            document: try json.required("document"),
            spec: try json.optional("spec"),
            base: try json.required("base"),
            version: try json.required("version"),
            author: try json.required("author"),
            time: try json.required("time")
        )
    }

    package var json: JSONValue {
        .members([
            "document": document, "spec": spec, "base": base, "version": version, "author": author, "time": time,
        ])
    }
}
