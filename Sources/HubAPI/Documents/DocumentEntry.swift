package import JSON
package import Values

/// A stored document with the revision that it is from and who wrote it.
///
/// On the wire it is one object: the document's members and `revision` and `author`.
package struct DocumentEntry: Hashable, Sendable {
    package var document: Document
    package var revision: Int64
    package var author: String

    package init(document: Document, revision: Int64, author: String) {
        self.document = document
        self.revision = revision
        self.author = author
    }
}

extension DocumentEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        author = try json.required("author")
        var members = json
        members["revision"] = nil
        members["author"] = nil
        document = try Document(json: members)
    }

    package var json: JSONValue {
        var result = document.json
        result["revision"] = .integer(revision)
        result["author"] = .string(author)
        return result
    }
}
