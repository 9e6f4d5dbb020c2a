package import Concurrency
import Git
package import HubStore
package import Logging
import ServiceLifecycle

/// Keeps a branch of a remote repository and the values the same: each revision a commit, each push a revision.
///
/// Every replica runs it, one at a time works: whoever has the lease in the database.
package final class GitMirrorService: Service {
    /// How often things happen, and what is allowed.
    package struct Options: Sendable {
        /// How often the branch is looked at without being told.
        package var pollInterval: Duration = .seconds(60)
        /// How long a replica that says nothing keeps the lease.
        package var lease: Duration = .seconds(300)
        /// Whether a repository may be a folder of the hub's own machine.
        package var allowsFolders = false
        /// Where `PATH` and proxies are taken from.
        package var environment: [String: String] = [:]

        package init() {}
    }

    /// How often a pass is repeated at once because somebody pushes at the same time.
    private static let maximumAttempts = 4
    /// After so many commits what has piled up in the hub's repository is packed.
    private static let commitsPerPacking = 1_000

    private let store: HubStore
    private let events: StoreEvents
    private let folder: String
    private let commitPush: CommitPush
    private let options: Options
    private let runner: String
    private let clock: WallClock
    private let logger: Logger
    private let repository: GitRepository
    private let wake = Signal()

    /// - Parameters:
    ///   - store: the values, and how far the mirror is.
    ///   - events: hints at what changed.
    ///   - folder: a private folder for the hub's own repository.
    ///   - runner: what tells this replica from others.
    ///   - options: how often, and what is allowed.
    ///   - logger: where it logs.
    ///   - clock: where the time comes from.
    ///   - commitPush: makes revisions of pushes.
    package init(
        store: HubStore,
        events: StoreEvents,
        folder: String,
        runner: String,
        options: Options = Options(),
        logger: Logger,
        clock: @escaping WallClock = UnixTime.now,
        commitPush: @escaping CommitPush
    ) {
        self.store = store
        self.events = events
        self.folder = folder
        self.runner = runner
        self.options = options
        self.logger = logger
        self.clock = clock
        self.commitPush = commitPush
        repository = GitRepository(at: "\(folder)/values.git")
    }

    /// Mirrors until the service is shut down, then lets another replica go on.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.work() }
                group.addTask { await self.forward(self.events.revisions) }
                group.addTask { await self.forward(self.events.git) }
            }
        }
        do { try await store.returnGitLease(runner) } catch {
            logger.debug("the Git mirror was not given back", metadata: ["error": "\(error)"])
        }
    }

    private func forward(_ signal: Signal) async {
        var seen = signal.version
        while !Task.isCancelled {
            seen = await signal.wait(after: seen)
            wake.notify()
        }
    }

    private func work() async {
        var backoff = Backoff(base: .seconds(5), cap: .seconds(300))
        var made = 0
        while !Task.isCancelled {
            let seen = wake.version
            let asked = events.git.version
            switch await pass() {
            case .done(let commits):
                backoff.reset()
                made += commits
                if made >= Self.commitsPerPacking {
                    made = 0
                    await pack()
                }
                _ = try? await withDeadline(options.pollInterval) { [wake] in await wake.wait(after: seen) }
            case .halted:
                backoff.reset()
                _ = try? await withDeadline(options.pollInterval) { [wake] in await wake.wait(after: seen) }
            case .failed:
                // Revisions must not have a server that is away asked again and again; a person may.
                _ = try? await withDeadline(backoff.next()) { [events] in await events.git.wait(after: asked) }
            }
        }
    }

    /// What one round came to.
    package enum Round: Hashable, Sendable {
        /// Nothing is left to do, after so many commits; or another replica does it.
        case done(Int)
        /// A person must act.
        case halted
        /// It is tried again later.
        case failed
    }

    /// Looks at the branch once, if this replica is the one to do it.
    @discardableResult
    package func pass() async -> Round {
        do {
            guard let lease = try await store.takeGitLease(runner, for: options.lease) else { return .done(0) }
            return try await pass(lease)
        } catch {
            logger.warning("the Git mirror cannot be worked at", metadata: ["error": "\(error)"])
            return .failed
        }
    }

    private func pass(_ lease: GitLease) async throws -> Round {
        do {
            let made = try await attempt(lease)
            try await store.noteGitState(lease.epoch, .current)
            return .done(made)
        } catch is MirrorPass.Lost {
            return .done(0)
        } catch let halt as MirrorHalt {
            try await store.noteGitState(lease.epoch, .halted, reason: halt.reason)
            return .halted
        } catch let error as GitError {
            logger.warning("the Git mirror failed", metadata: ["error": "\(error)"])
            try await store.noteGitState(lease.epoch, .failing, reason: error.message)
            return .failed
        } catch let error as StoreError {
            logger.warning("the Git mirror failed", metadata: ["error": "\(error)"])
            try await store.noteGitState(lease.epoch, .failing, reason: "the hub's database: \(error.code.rawValue)")
            return .failed
        } catch is CancellationError {
            return .failed
        } catch {
            logger.warning("the Git mirror failed", metadata: ["error": "\(error)"])
            try await store.noteGitState(lease.epoch, .failing, reason: "a push could not be taken in yet: \(error)")
            return .failed
        }
    }

    private func attempt(_ lease: GitLease) async throws -> Int {
        let remote = try remote(lease)
        try await repository.prepare()
        for attempt in 1... {
            let pass = MirrorPass(
                store: store,
                repository: repository,
                remote: remote,
                commitPush: commitPush,
                clock: clock,
                logger: logger,
                renew: { [store, runner, options] in
                    let renewed = try await store.takeGitLease(runner, for: options.lease)
                    return renewed?.epoch == lease.epoch ? renewed : nil
                }
            )
            do { return try await pass.run() } catch let error as GitError where error.code == .behind {
                guard attempt < Self.maximumAttempts else { throw error }
            }
        }
        return 0
    }

    private func remote(_ lease: GitLease) throws(GitError) -> GitRemote {
        let settings = lease.mirror.settings
        let address = try GitRemoteAddress(settings.url)
        guard address.scheme != .file || options.allowsFolders else {
            throw GitError(
                .invalid,
                "a folder of the hub's machine is no repository that it mirrors to: use https or ssh"
            )
        }
        let credential: GitCredential =
            switch lease.secret {
            case .none: .none
            case .password(let text): .password(username: settings.username, password: text)
            case .key(let text): .key(text)
            }
        return GitRemote(
            address,
            branch: settings.branch,
            credential: credential,
            knownHosts: settings.knownHosts,
            authority: settings.authorities,
            folder: "\(folder)/calls",
            environment: options.environment
        )
    }

    private func pack() async {
        do {
            guard let lease = try await store.takeGitLease(runner, for: options.lease) else { return }
            try await remote(lease).tidy(repository)
        } catch {
            logger.debug("the hub's repository was not packed", metadata: ["error": "\(error)"])
        }
    }
}
