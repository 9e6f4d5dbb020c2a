import CGit2
import Concurrency

extension GitRepository {
    /// Makes a commit that no reference points at yet; the same draft is the same commit, wherever it is made.
    ///
    /// - Throws: `GitError`.
    package func commit(_ draft: GitCommitDraft) throws(GitError) -> GitObjectID {
        let repository = try pointer
        let tree = try lookUpTree(draft.tree)
        defer { git_tree_free(tree) }
        var parents: [OpaquePointer?] = []
        defer { for parent in parents { git_commit_free(parent) } }
        for parent in draft.parents { parents.append(try lookUpCommit(parent)) }
        let author = try Self.signature(draft.author)
        defer { git_signature_free(author) }
        let committer = try Self.signature(draft.committer)
        defer { git_signature_free(committer) }
        var id = git_oid()
        let count = parents.count
        let code = parents.withUnsafeMutableBufferPointer { parents in
            git_commit_create(
                &id,
                repository,
                nil,
                author,
                committer,
                nil,
                draft.message,
                tree,
                count,
                parents.baseAddress
            )
        }
        try GitLibrary.check(code, "the commit was not made")
        return GitObjectID(id)
    }

    /// One commit.
    ///
    /// - Throws: `GitError.Code.notFound`.
    package func commit(_ id: GitObjectID) throws(GitError) -> GitCommit {
        let commit = try lookUpCommit(id)
        defer { git_commit_free(commit) }
        let parents = (0..<git_commit_parentcount(commit)).compactMap { index in
            git_commit_parent_id(commit, index).map { GitObjectID($0.pointee) }
        }
        guard let tree = git_commit_tree_id(commit), let author = git_commit_author(commit),
            let committer = git_commit_committer(commit)
        else { throw GitError(.invalid, "the commit \(id.short) has no tree or no author") }
        return GitCommit(
            id: id,
            tree: GitObjectID(tree.pointee),
            parents: parents,
            author: GitSignature(author.pointee),
            committer: GitSignature(committer.pointee),
            message: git_commit_message(commit).map { String(cString: $0) } ?? ""
        )
    }

    /// Whether the repository has the commit.
    ///
    /// - Throws: `GitError`.
    package func hasCommit(_ id: GitObjectID) throws(GitError) -> Bool {
        do { git_commit_free(try lookUpCommit(id)) } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
        return true
    }

    /// The commits of a branch from `tip` back along first parents, the newest first, without `end` and what is before it.
    ///
    /// - Parameters:
    ///   - tip: where the branch stands.
    ///   - end: the commit to stop before; `nil` reads to the first one.
    ///   - limit: how many are read at most.
    /// - Returns: the commits, and whether `end` was met; the beginning counts as `nil`.
    /// - Throws: `GitError`.
    package func firstParents(
        from tip: GitObjectID,
        to end: GitObjectID?,
        limit: Int
    ) throws(GitError) -> (commits: [GitCommit], isComplete: Bool) {
        var commits: [GitCommit] = []
        var next: GitObjectID? = tip
        while let id = next, id != end {
            guard commits.count < limit else { return (commits, false) }
            let commit = try commit(id)
            commits.append(commit)
            next = commit.parents.first
        }
        return (commits, next == end)
    }

    /// Whether `ancestor` is `id` itself or comes before it.
    ///
    /// - Throws: `GitError.Code.notFound` when `id` is not there.
    package func contains(_ ancestor: GitObjectID, in id: GitObjectID) throws(GitError) -> Bool {
        if ancestor == id { return true }
        guard try hasCommit(ancestor) else { return false }
        var (younger, older) = (try id.oid, try ancestor.oid)
        let code = git_graph_descendant_of(try pointer, &younger, &older)
        try GitLibrary.check(code, "the history of \(id.short) cannot be read")
        return code == 1
    }

    func lookUpCommit(_ id: GitObjectID) throws(GitError) -> OpaquePointer {
        let repository = try pointer
        var oid = try id.oid
        return try GitLibrary.made("the commit \(id.short) cannot be read") { pointer in
            git_commit_lookup(&pointer, repository, &oid)
        }
    }

    private static func signature(_ value: GitSignature) throws(GitError) -> UnsafeMutablePointer<git_signature> {
        var signature: UnsafeMutablePointer<git_signature>?
        let code = git_signature_new(&signature, value.name, value.email, value.time.seconds, 0)
        try GitLibrary.check(code, "'\(value.name)' cannot sign a commit")
        guard let signature else { throw GitError(.failed, "'\(value.name)' cannot sign a commit") }
        return signature
    }
}

extension GitSignature {
    init(_ signature: git_signature) {
        self.init(
            name: signature.name.map { String(cString: $0) } ?? "",
            email: signature.email.map { String(cString: $0) } ?? "",
            time: UnixTime(seconds: signature.when.time)
        )
    }
}
