import Concurrency
import Git
import HubStore
import Logging
import Values

/// One look at the branch: takes in what people pushed, then puts on it what the hub has made since.
///
/// It may be stopped anywhere. Commits are the same whoever makes them, a push never replaces anything, and what the
/// database says was done was done; so the next pass, on whatever replica, goes on from what it finds.
struct MirrorPass {
    /// How many revisions are made into commits before they are pushed.
    static let batch = 200
    /// How far back the branch is searched for a commit that is known.
    static let maximumHistory = 5_000
    /// Where the branch's commits are kept in the hub's own repository.
    static let reference = "refs/otomi/branch"

    let store: HubStore
    let repository: GitRepository
    let remote: GitRemote
    let commitPush: CommitPush
    let clock: WallClock
    let logger: Logger
    /// Prolongs the right to work at the mirror.
    let renew: () async throws -> GitLease?

    /// The lease went to somebody else.
    struct Lost: Error {}

    /// - Returns: how many commits were made.
    /// - Throws: `MirrorHalt` when a person must act, `Lost`, `GitError`, `StoreError`.
    func run() async throws -> Int {
        let lease = try await requireLease()
        let tip = try await fetchTip()
        let (start, pushed) = try await MirrorAnchor(store: store, repository: repository)
            .find(tip, known: lease.mirror)
        var position = start
        if position.head != nil, position.head?.description != lease.mirror.head { try await note(position) }
        let queue = MirrorQueue(store: store, repository: repository, remote: remote, authors: authors(lease))
        position = try await take(pushed, at: position, queue, lease)
        return try await write(after: position, tip: tip, queue)
    }

    private func authors(_ lease: GitLease) -> GitAuthors { GitAuthors(pattern: lease.mirror.settings.emailPattern) }

    private func requireLease() async throws -> GitLease {
        guard let lease = try await renew() else { throw Lost() }
        return lease
    }

    private func note(_ position: MirrorPosition) async throws {
        guard let head = position.head else { return }
        let lease = try await requireLease()
        guard try await store.advanceGitMirror(lease.epoch, to: head.description, revision: position.revision) else {
            throw Lost()
        }
    }

    /// Where the branch stands, with its commits at hand.
    private func fetchTip() async throws -> GitObjectID? {
        guard let tip = try await remote.head() else { return nil }
        guard try await repository.reference(Self.reference) != tip else { return tip }
        try await remote.fetch(into: repository, as: Self.reference)
        // Somebody may have pushed between the question and the answer.
        return try await repository.reference(Self.reference) ?? tip
    }

    // MARK: - What people pushed

    /// Takes in commits that are not accounted for, the oldest first.
    ///
    /// A commit after a refused one is judged together with it: so a later commit can put it right, or take it back.
    private func take(
        _ pushed: [GitCommit],
        at start: MirrorPosition,
        _ queue: MirrorQueue,
        _ lease: GitLease
    ) async throws -> MirrorPosition {
        var position = start
        var refused: [(commit: GitCommit, refusal: PushRefusal)] = []
        for commit in pushed {
            if refused.isEmpty, let revision = try await queue.revision(mirroredBy: commit, after: position) {
                position = MirrorPosition(head: commit.id, revision: revision)
                try await note(position)
                continue
            }
            let outcome = try await outcome(of: commit, at: position, queue, lease)
            if case .refused(let refusal) = outcome {
                try await note(commit, .refused, problem: refusal, lease)
                refused.append((commit, refusal))
                continue
            }
            if case .made(let revision) = outcome {
                try await note(commit, .taken, revision: revision, correcting: refused.map(\.commit), lease)
            } else if !refused.isEmpty {
                try await note(commit, .taken, correcting: refused.map(\.commit), lease)
            }
            refused = []
            position.head = commit.id
            try await note(position)
        }
        guard let (commit, refusal) = refused.first else { return position }
        throw MirrorHalt(
            "commit \(commit.id.short) of \(commit.author.name) <\(commit.author.email)> was refused: \(refusal.detail). "
                + "See otomi git pushes \(commit.id.short), and push a commit that puts it right or reverts it"
        )
    }

    private func outcome(
        of commit: GitCommit,
        at position: MirrorPosition,
        _ queue: MirrorQueue,
        _ lease: GitLease
    ) async throws -> PushOutcome {
        var before: GitObjectID?
        if let head = position.head { before = try await repository.commit(head).tree }
        let files: [GitChange]
        do {
            files = try await repository.changes(
                from: before,
                to: commit.tree,
                limits: MirrorTree.pushLimits,
                where: ValuesTree.isOurs
            )
        } catch {
            guard error.isOfContent else { throw error }
            return .refused(PushRefusal(error.message))
        }
        guard !files.isEmpty else { return .unchanged }
        guard lease.mirror.settings.direction == .both else {
            return .refused(
                PushRefusal(
                    "the branch is only mirrored, and pushes to it are not taken in",
                    hint: "Revert it, or have pushes taken in: otomi git set --direction both"
                )
            )
        }
        // Killed between the revision and its note: it must not become another one.
        let line = RevisionTrailer.line(commit: commit.id.description)
        if let made = try await store.revision(after: position.revision, endingWith: line) { return .made(made) }
        do {
            let (put, deleted) = try MirrorTree.change(of: files)
            let change = PushedChange(
                commit: commit.id.description,
                author: try await authors(lease).name(of: commit.author, in: store),
                message: RevisionTrailer.message(commit.message, commit: commit.id.description),
                base: position.revision,
                known: try await queue.revisionsOnBranch(after: position),
                put: put,
                deleted: deleted
            )
            return try await commitPush(change)
        } catch let refusal as PushRefusal {
            return .refused(refusal)
        }
    }

    private func note(
        _ commit: GitCommit,
        _ state: GitPush.State,
        revision: Int64? = nil,
        problem: PushRefusal? = nil,
        correcting: [GitCommit] = [],
        _ lease: GitLease
    ) async throws {
        let push = GitPush(
            commit: commit.id.description,
            authorName: commit.author.name,
            authorEmail: commit.author.email,
            message: commit.message,
            committedAt: commit.committer.time,
            seenAt: clock(),
            state: state,
            revision: revision,
            problem: problem?.json
        )
        guard try await store.noteGitPush(lease.epoch, push, correcting: correcting.map(\.id.description)) else {
            throw Lost()
        }
        logger.notice(
            "push \(state.rawValue)",
            metadata: ["commit": "\(push.commit)", "revision": "\(revision.map(String.init) ?? "none")"]
        )
    }

    // MARK: - What the hub has made

    /// Makes a commit of each revision after `start` and pushes them.
    private func write(after start: MirrorPosition, tip: GitObjectID?, _ queue: MirrorQueue) async throws -> Int {
        var position = start
        var onBranch = tip
        var made = 0
        while true {
            let step = try await queue.commits(after: position, limit: Self.batch)
            guard step.position != position else { return made }
            position = step.position
            made += step.count
            _ = try await requireLease()
            if let head = position.head, head != onBranch {
                try await remote.push(head, from: repository)
                try await repository.setReference(
                    Self.reference,
                    to: head,
                    from: try await repository.reference(Self.reference)
                )
                onBranch = head
            }
            try await note(position)
        }
    }
}
