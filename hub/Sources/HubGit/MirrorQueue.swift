import Git
import HubStore
import Values

/// The revisions that the branch does not have yet, as the commits that they become.
struct MirrorQueue {
    let store: HubStore
    let repository: GitRepository
    let remote: GitRemote
    let authors: GitAuthors

    /// Makes the commits of the next revisions; those that came from the branch are on it already.
    ///
    /// - Returns: where that leads to, and how many commits were made.
    func commits(
        after start: MirrorPosition,
        limit: Int
    ) async throws -> (position: MirrorPosition, count: Int) {
        var position = start
        var count = 0
        let revisions = try await store.revisionsToMirror(after: position.revision, limit: limit)
        guard !revisions.isEmpty else { return (position, 0) }
        let taken = try await store.takenGitRevisions(after: position.revision)
        let clusters = try await store.registeredClusters()
        for revision in revisions {
            if try await !isOnBranch(taken[revision.revision.number], position.head) {
                position.head = try await commit(revision, on: position.head, clusters)
                count += 1
            }
            position.revision = revision.revision.number
        }
        return (position, count)
    }

    /// The revision that `commit` mirrors, when the hub itself has made it, and was stopped before it could note that.
    ///
    /// What a message says proves nothing; what would be made of the revision does.
    func revision(mirroredBy commit: GitCommit, after position: MirrorPosition) async throws -> Int64? {
        guard let claimed = RevisionTrailer.revision(of: commit.message), claimed > position.revision,
            commit.parents.first == position.head
        else { return nil }
        let taken = try await store.takenGitRevisions(after: position.revision)
        let between = claimed - position.revision
        guard between <= Int64(MirrorPass.batch) else { return nil }
        for revision in try await store.revisionsToMirror(after: position.revision, limit: Int(between)) {
            guard revision.revision.number == claimed else {
                guard try await isOnBranch(taken[revision.revision.number], position.head) else { return nil }
                continue
            }
            let made = try await repository.commit(
                try await self.commit(revision, on: position.head, store.registeredClusters())
            )
            // The registry may have changed since.
            let differs = try await repository.changes(from: made.tree, to: commit.tree) {
                $0 != ValuesTree.clustersFile
            }
            return differs.isEmpty && made.author == commit.author && made.message == commit.message ? claimed : nil
        }
        return nil
    }

    /// The revisions after a position that came from commits which the branch has there.
    func revisionsOnBranch(after position: MirrorPosition) async throws -> Set<Int64> {
        var result: Set<Int64> = []
        for (revision, commit) in try await store.takenGitRevisions(after: position.revision) {
            if try await isOnBranch(commit, position.head) { result.insert(revision) }
        }
        return result
    }

    private func isOnBranch(_ commit: String?, _ head: GitObjectID?) async throws -> Bool {
        guard let commit = commit.flatMap({ GitObjectID($0) }), let head else { return false }
        return try await repository.contains(commit, in: head)
    }

    private func commit(
        _ revision: MirroredRevision,
        on parent: GitObjectID?,
        _ clusters: [RegisteredCluster]
    ) async throws -> GitObjectID {
        var base: GitObjectID?
        if let parent { base = try await repository.commit(parent).tree }
        let time = revision.revision.committedAt
        return try await repository.commit(
            GitCommitDraft(
                tree: try await repository.writeTree(MirrorTree.changes(of: revision, clusters: clusters), onto: base),
                parents: parent.map { [$0] } ?? [],
                author: authors.signature(of: revision.revision.author, at: time),
                committer: GitAuthors.committer(at: time),
                message: RevisionTrailer.message(revision.revision.message, revision: revision.revision.number)
            )
        )
    }
}
