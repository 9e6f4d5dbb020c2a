import Git
import HubStore
import Values

/// Finds out which commit of a branch is the newest that is accounted for.
struct MirrorAnchor {
    /// How many commits that say they mirror a revision are compared with it before the search is given up.
    private static let maximumComparisons = 10

    let store: HubStore
    let repository: GitRepository

    /// The place to go on from, and what was pushed since, the oldest first.
    ///
    /// - Throws: `MirrorHalt` when the branch has values that the hub cannot account for; `GitError`, `StoreError`.
    func find(_ tip: GitObjectID?, known mirror: GitMirror) async throws -> (MirrorPosition, pushed: [GitCommit]) {
        guard let tip else { return (MirrorPosition(head: nil, revision: 0), []) }
        let latest = try await store.latestRevision()
        if let head = mirror.head.flatMap({ GitObjectID($0) }), mirror.revision <= latest,
            try await repository.contains(head, in: tip)
        {
            let since = try await repository.firstParents(from: tip, to: head, limit: MirrorPass.maximumHistory)
            let position = MirrorPosition(head: head, revision: mirror.revision)
            // A merge that has the hub's commits on its other side is one change to what the hub has.
            guard since.isComplete else { return (position, [try await repository.commit(tip)]) }
            return (position, since.commits.reversed())
        }
        return try await search(from: tip, latest: latest)
    }

    /// Looks for the newest commit that holds the values of the revision that it says it mirrors: the database has been
    /// restored, the branch rewritten, or the repository set up again.
    private func search(from tip: GitObjectID, latest: Int64) async throws -> (MirrorPosition, pushed: [GitCommit]) {
        let history = try await repository.firstParents(from: tip, to: nil, limit: MirrorPass.maximumHistory)
        var comparisons = 0
        for (index, commit) in history.commits.enumerated() {
            guard let revision = RevisionTrailer.revision(of: commit.message) else { continue }
            guard revision <= latest else {
                throw MirrorHalt(
                    "the branch has revision \(revision), and the newest of the hub is \(latest): the hub's database is older "
                        + "than the branch, or the branch is another hub's. Take the values back in with git clone and "
                        + "otomi apply -f, then mirror to a new branch"
                )
            }
            comparisons += 1
            guard comparisons <= Self.maximumComparisons else { break }
            if try await holds(commit, revision) {
                let position = MirrorPosition(head: commit.id, revision: revision)
                return (position, history.commits[..<index].reversed())
            }
        }
        let tree = try await repository.commit(tip).tree
        let limits = GitTreeLimits(files: 1)
        let isEmpty: Bool
        do throws(GitError) {
            isEmpty = try await repository.files(of: tree, limits: limits, where: ValuesTree.isOurs).isEmpty
        } catch {
            guard error.isOfContent else { throw error }
            isEmpty = false
        }
        guard isEmpty else {
            throw MirrorHalt(
                "the branch holds values that no revision of this hub accounts for: name an empty branch, or take them in "
                    + "first with git clone and otomi apply -f"
            )
        }
        return (MirrorPosition(head: tip, revision: 0), [])
    }

    private func holds(_ commit: GitCommit, _ revision: Int64) async throws -> Bool {
        let stored = try await store.allDocuments(at: revision).map(\.document).sorted { $0.id < $1.id }
        do {
            let files = try await repository.files(of: commit.tree, where: MirrorTree.isDocument)
            return try MirrorTree.documents(in: files) == stored
        } catch is PushRefusal {
            return false
        } catch let error as GitError where error.isOfContent {
            return false
        }
    }
}
