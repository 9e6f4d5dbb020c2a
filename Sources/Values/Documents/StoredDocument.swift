/// A document as the store has it: with who wrote it, and in which revision.
package struct StoredDocument: Hashable, Sendable {
    package let document: Document
    /// The revision that wrote this form of the document.
    package let revision: Int64
    package let author: String

    package init(document: Document, revision: Int64, author: String) {
        self.document = document
        self.revision = revision
        self.author = author
    }
}
