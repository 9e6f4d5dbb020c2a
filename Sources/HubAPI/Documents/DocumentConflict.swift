package import JSON
package import Values

/// A document that two people changed at once: what was sent, and what is stored.
package struct DocumentConflict: Hashable, Sendable {
    package var document: DocumentID
    /// The spec that was sent; `nil` when it was to be deleted.
    package var yours: JSONValue?
    /// The spec that is stored; `nil` when it was deleted meanwhile.
    package var theirs: JSONValue?
    /// The revision that made the stored version.
    package var revision: Int64
    /// Who made it.
    package var author: String

    package init(document: DocumentID, yours: JSONValue?, theirs: JSONValue?, revision: Int64, author: String) {
        self.document = document
        self.yours = yours
        self.theirs = theirs
        self.revision = revision
        self.author = author
    }
}

extension DocumentConflict: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        document = try json.required("document")
        yours = try json.optional("yours")
        theirs = try json.optional("theirs")
        revision = try json.required("revision")
        author = try json.required("author")
    }

    package var json: JSONValue {
        .members([
            "document": document, "yours": yours, "theirs": theirs, "revision": revision, "author": author,
        ])
    }
}
