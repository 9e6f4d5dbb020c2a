package import JSON
package import Values

/// A document that two people changed at once: what was sent, what is stored, and what both began with.
package struct DocumentConflict: Hashable, Sendable {
    package var document: DocumentID
    /// The spec that was sent; `nil` when it was to be deleted.
    package var yours: JSONValue?
    /// The spec that is stored; `nil` when it was deleted meanwhile.
    package var theirs: JSONValue?
    /// The spec that both began with; `nil` when there was no such document.
    package var base: JSONValue?
    /// The revision that made the stored version, or deleted the document; for an edit of a draft the revision that it was
    /// made against.
    package var revision: Int64
    /// Who made it.
    package var author: String
    /// The draft's version that the other edit came with; `nil` outside drafts.
    package var draftVersion: Int64?

    package init(
        document: DocumentID,
        yours: JSONValue?,
        theirs: JSONValue?,
        base: JSONValue? = nil,
        revision: Int64,
        author: String,
        draftVersion: Int64? = nil
    ) {
        self.document = document
        self.yours = yours
        self.theirs = theirs
        self.base = base
        self.draftVersion = draftVersion
        self.revision = revision
        self.author = author
    }
}

extension DocumentConflict: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        document = try json.required("document")
        yours = try json.optional("yours")
        theirs = try json.optional("theirs")
        base = try json.optional("base")
        draftVersion = try json.optional("draftVersion")
        revision = try json.required("revision")
        author = try json.required("author")
    }

    package var json: JSONValue {
        .members([
            "document": document, "yours": yours, "theirs": theirs, "base": base, "revision": revision,
            "author": author, "draftVersion": draftVersion,
        ])
    }
}
