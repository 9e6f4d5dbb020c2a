import Bundles
import Concurrency
import JSON
import Kubernetes
import Logging

/// Keeps a copy of identity and trust on the cluster, so that a lost state directory loses neither.
///
/// Nobody waits for it: with the API server away it tries again until it has written what is there then.
actor StateMirror {
    /// A copy that may be used.
    private struct Found: Sendable {
        let identity: AgentIdentity
        let trusted: TrustedState
    }

    /// Notified when the trust in the state directory changed.
    nonisolated let changed = Signal()

    private let state: StateDirectory
    private let cluster: ClusterAPI
    private let environment: AgentEnvironment
    private let logger: Logger
    /// The digest of what is on the cluster; `nil` while there is nothing.
    private var known: Digest?
    /// How far the copy on the cluster was when it was read; an older state never replaces it.
    private var floor: [Int64] = []
    private var wasRead = false

    init(state: StateDirectory, cluster: ClusterAPI, environment: AgentEnvironment, logger: Logger) {
        self.state = state
        self.cluster = cluster
        self.environment = environment
        self.logger = logger
    }

    // MARK: - Reading

    /// Brings the copy into the state directory where that is empty, damaged or older.
    ///
    /// With the API server away the state directory is what counts; nothing can be applied then anyway.
    ///
    /// - Throws: `StateError` when the disk does not take what is restored.
    func restore() async throws(StateError) {
        let found: Found?
        do throws(KubernetesError) { found = try await read() } catch {
            logger.warning("The copy of the state cannot be read", metadata: ["error": "\(error)"])
            return
        }
        if let found { try await take(found) }
    }

    /// Lets the copy be replaced by that of another identity, whatever it has seen.
    func beginAnew() {
        floor = []
    }

    /// What the copy says; `nil` when there is none, or it is damaged or of another cluster.
    private func read() async throws(KubernetesError) -> Found? {
        let copy = try await cluster.readState()
        guard let copy else {
            wasRead = true
            return nil
        }
        let clusterUID = try await cluster.uid()
        wasRead = true
        known = Self.digest(copy)
        guard let identity = try? AgentIdentity(json: JSONValue(parsing: copy.identity)),
            let enrolment = identity.enrolment, enrolment.clusterUID == clusterUID,
            let trusted = try? TrustedState(restoring: copy.trust), trusted.cluster == enrolment.cluster
        else {
            logger.warning("The copy of the state is damaged or of another cluster, and is not used")
            return nil
        }
        let found = Found(identity: identity, trusted: trusted)
        // An identity of another enrolment has a history of its own.
        let own = try? await state.identity()
        if let enrolled = own?.enrolment {
            guard enrolled.isOfSameCluster(as: enrolment) else { return nil }
        }
        floor = trusted.history
        return found
    }

    private func take(_ found: Found) async throws(StateError) {
        let own = try? await state.identity()
        // Of two identities the one with the newer keys: the older ones may not count any more.
        if own?.enrolment == nil || own?.replacements ?? 0 < found.identity.replacements {
            try await state.keep(found.identity)
            logger.notice("The identity was restored from the cluster")
        }
        if let here = try? await state.trust(), here.cluster == found.trusted.cluster,
            !here.history.lexicographicallyPrecedes(found.trusted.history)
        {
            return
        }
        try await state.write(BundleFollower.file, found.trusted.serialized())
        try await state.sync()
        logger.notice("What is trusted was restored from the cluster")
    }

    // MARK: - Writing

    /// Writes whenever something changed, until the task is cancelled.
    func run() async {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        while !Task.isCancelled {
            let seen = changed.version
            if await write() {
                backoff.reset()
                _ = await changed.wait(after: seen)
            } else {
                try? await environment.sleep(environment.next(&backoff))
            }
        }
    }

    /// Writes the copy when it differs from what is on the cluster.
    ///
    /// - Returns: whether the copy is now as the state directory.
    func write() async -> Bool {
        do {
            // What the cluster has may be newer than what is here: it is never overwritten unread.
            if !wasRead { _ = try await read() }
            guard let identity = try await state.identity(), let enrolment = identity.enrolment,
                let trusted = try await state.trust(), !trusted.history.lexicographicallyPrecedes(floor)
            else { return true }
            let copy = StateCopy(identity: identity.json.serialized(), trust: trusted.serialized())
            let digest = Self.digest(copy)
            guard digest != known else { return true }
            guard try await cluster.uid() == enrolment.clusterUID else { return true }
            try await cluster.writeState(copy)
            known = digest
            return true
        } catch {
            logger.debug("The copy of the state is written later", metadata: ["error": "\(error)"])
            return false
        }
    }

    private static func digest(_ copy: StateCopy) -> Digest {
        var stream = DigestStream()
        stream.update(copy.identity)
        stream.update(copy.trust)
        return stream.digest
    }
}

extension TrustedState {
    /// The versions that were seen: of two states the one with the later history must win, or a rollback would pass.
    var history: [Int64] {
        [
            root.content.version, timestamp?.content.version ?? 0, snapshot?.content.version ?? 0,
            targets?.content.version ?? 0,
        ]
    }
}
