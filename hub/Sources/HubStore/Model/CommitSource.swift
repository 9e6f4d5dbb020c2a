/// Where a commit's documents are stored already, so that their secrets need not be read to be written.
package enum CommitSource: Hashable, Sendable {
    /// A draft at one version; it is gone once it is committed.
    case draft(String, version: Int64)
    /// The values as they were at a revision.
    case revision(Int64)
}
