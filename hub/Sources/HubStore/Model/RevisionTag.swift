package import Concurrency

/// A name for a revision.
package struct RevisionTag: Hashable, Sendable {
    package let name: String
    package let revision: Int64
    /// Why; may be empty.
    package let message: String
    package let author: String
    package let createdAt: UnixTime

    /// The word that always means the latest revision.
    package static let latest = "latest"
}
