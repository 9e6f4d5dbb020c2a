/// One commit of a repository.
package struct GitCommit: Hashable, Sendable {
    package let id: GitObjectID
    package let tree: GitObjectID
    /// The first is the branch's own; others were merged into it.
    package let parents: [GitObjectID]
    package let author: GitSignature
    package let committer: GitSignature
    package let message: String

    /// The message's first line.
    package var subject: String { message.split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
}

/// A commit to make.
package struct GitCommitDraft: Hashable, Sendable {
    package var tree: GitObjectID
    package var parents: [GitObjectID]
    package var author: GitSignature
    package var committer: GitSignature
    package var message: String

    package init(
        tree: GitObjectID,
        parents: [GitObjectID],
        author: GitSignature,
        committer: GitSignature,
        message: String
    ) {
        self.tree = tree
        self.parents = parents
        self.author = author
        self.committer = committer
        self.message = message
    }
}
