import Bundles
import Concurrency
import JSON
import Kubernetes
import Logging

/// Keeps a copy of identity and trust on the cluster, so that a lost state directory loses neither.
///
/// Nobody waits for it: with the API server away it tries again until it has written what is there then.
actor StateMirror {
    /// Notified when the trust in the state directory changed.
    nonisolated let changed = Signal()

    private let state: StateDirectory
    private let cluster: ClusterAPI
    private let environment: AgentEnvironment
    private let logger: Logger
    /// What is on the cluster; `nil` until it was read or written.
    private var known: Digest?
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
        let copy: StateCopy
        let clusterUID: String
        do throws(KubernetesError) {
            guard let found = try await cluster.readState() else {
                wasRead = true
                return
            }
            copy = found
            clusterUID = try await cluster.uid()
        } catch {
            logger.warning("The copy of the state cannot be read", metadata: ["error": "\(error)"])
            return
        }
        wasRead = true
        known = Self.digest(copy)
        guard let kept = try? AgentIdentity(json: JSONValue(parsing: copy.identity)), let enrolment = kept.enrolment,
            let trusted = try? TrustedState(restoring: copy.trust), trusted.cluster == enrolment.cluster,
            enrolment.clusterUID == clusterUID
        else {
            logger.warning("The copy of the state is damaged or of another cluster, and is not used")
            return
        }
        try await take(kept, trusted, copy)
    }

    private func take(_ kept: AgentIdentity, _ trusted: TrustedState, _ copy: StateCopy) async throws(StateError) {
        let own = try? await state.identity()
        if let own, own.enrolment != nil {
            guard own.signingKey.keyID == kept.signingKey.keyID, own.enrolment == kept.enrolment else { return }
        } else {
            try await state.keep(kept)
            logger.notice("The identity was restored from the cluster")
        }
        if let here = try? await state.trust(), here.cluster == trusted.cluster, !trusted.isNewer(than: here) { return }
        try await state.write(BundleFollower.file, copy.trust)
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
            if !wasRead { try await restore() }
            guard wasRead else { return false }
            guard let identity = try await state.identity(), identity.enrolment != nil,
                let trust = try await state.read(BundleFollower.file)
            else { return true }
            let copy = StateCopy(identity: identity.json.serialized(), trust: trust)
            let digest = Self.digest(copy)
            guard digest != known else { return true }
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
    /// Whether this saw later metadata: of two states the one with the longer history must win, or a rollback would pass.
    func isNewer(than other: TrustedState) -> Bool {
        func versions(_ state: TrustedState) -> (Int64, Int64, Int64, Int64) {
            (
                state.root.content.version, state.timestamp?.content.version ?? 0,
                state.snapshot?.content.version ?? 0, state.targets?.content.version ?? 0
            )
        }
        return versions(self) > versions(other)
    }
}
