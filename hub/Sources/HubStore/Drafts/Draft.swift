package import Concurrency
package import Values

/// Changes to the values that somebody collects before they become one revision.
package struct Draft: Hashable, Sendable {
    package let name: String
    /// The team whose documents it holds, and no others; `nil` when it is the platform's and may hold any.
    package let team: String?
    package let author: String
    /// Whether others work on it too; a private one is its author's alone.
    package let isShared: Bool
    /// Why, once it is committed; may be empty until then.
    package let message: String
    /// The revision that it was last brought up to.
    package let base: Int64
    /// Rises with every change of it.
    package let version: Int64
    package let createdAt: UnixTime
    package let changedAt: UnixTime
    package let changedBy: String
    /// How many documents it changes.
    package let editCount: Int
    /// What it does, in the order of documents; empty in lists.
    package let edits: [DraftEdit]

    /// The documents that it writes, secrets as markers.
    package var put: [Document] { edits.compactMap(\.document) }
    /// The documents that it removes.
    package var delete: [DocumentID] { edits.filter { $0.document == nil }.map(\.id) }
}

/// What a draft does to one document.
package struct DraftEdit: Hashable, Sendable {
    package let id: DocumentID
    /// The document as it is to be, secrets as markers; `nil` when it is to go.
    package let document: Document?
    /// The revision that the edit was made against; a document that changed later is a clash.
    package let base: Int64
    /// The draft's version that the edit came with.
    package let version: Int64
    package let author: String
    package let changedAt: UnixTime
}

/// What one draft may hold, and one person have.
package enum DraftLimits {
    /// How many drafts of one author there may be.
    package static let draftsOfAuthor = 50
    /// How many documents one draft may change.
    package static let edits = 2_000
    /// How many bytes the documents of one draft may have together, as JSON.
    package static let bytes = 8 << 20
    package static let nameLength = 63
    package static let messageBytes = 4_096
}
