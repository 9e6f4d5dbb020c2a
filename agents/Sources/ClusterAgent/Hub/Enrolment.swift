import AgentProtocol
import Bundles
import Concurrency
import JSON
import Kubernetes
import Logging

/// The agent's first step: it makes its keys, shows the one-time token, and receives whom to trust.
struct Enrolment: Sendable {
    /// What an enrolled agent has.
    struct Result: Sendable {
        let identity: AgentIdentity
        let enrolment: AgentIdentity.Enrolment
        let trusted: TrustedState
    }

    let state: StateDirectory
    let mirror: StateMirror
    let cluster: ClusterAPI
    let configuration: AgentConfiguration
    let environment: AgentEnvironment
    let bootID: String
    let logger: Logger

    /// Enrols, or reads what an earlier enrolment brought.
    ///
    /// The keys reach the disk before the token is shown, so that an agent that is killed in between repeats its
    /// enrolment with the same key, which the hub answers alike.
    ///
    /// - Throws: `AgentError` with one clear line.
    func result(
        connect: @Sendable (HubCredentials) throws -> any HubConnection
    ) async throws -> Result {
        let wasEnrolled = (try? await state.identity())?.enrolment != nil
        try await mirror.restore()
        if !wasEnrolled { try await forgetRefused(connect) }
        var identity: AgentIdentity
        if let stored = try await state.identity() {
            identity = stored
        } else {
            identity = AgentIdentity()
            try await state.keep(identity)
        }
        if let enrolment = identity.enrolment {
            guard let trusted = try await state.trust() else {
                throw AgentError(
                    "the state directory \(state.path) has an identity but no trust: restore the file 'trust', or "
                        + "remove the directory and enrol with a new token"
                )
            }
            return Result(identity: identity, enrolment: enrolment, trusted: trusted)
        }
        guard let token = configuration.token else {
            throw AgentError(
                "this agent is not enrolled: pass the cluster's one-time token with --token, --token-file or OTOMI_TOKEN "
                    + "(otomi cluster add prints one)"
            )
        }
        let facts = try await clusterFacts()
        let response = try await enrol(
            identity,
            token,
            facts,
            try connect(identity.credentials(bootID: bootID))
        )
        if let wanted = EnrolRequest.cluster(ofToken: token), wanted != response.cluster.name {
            throw AgentError("the hub \(configuration.hub) answers for cluster \(response.cluster.name), not \(wanted)")
        }
        let enrolment = AgentIdentity.Enrolment(
            cluster: response.cluster,
            keyID: response.keyID,
            clusterUID: facts.uid,
            tokenDigest: Digest(of: Array(token.utf8))
        )
        let trusted = try TrustedState(trusting: response.root.serialized(), cluster: response.cluster)
        try await state.write(BundleFollower.file, trusted.serialized())
        identity.enrolment = enrolment
        identity.keysSince = environment.now().seconds
        try await state.keep(identity)
        logger.notice(
            "Enrolled",
            metadata: ["cluster": "\(response.cluster.name)", "fingerprint": "\(response.keyID)"]
        )
        return Result(identity: identity, enrolment: enrolment, trusted: trusted)
    }

    /// Lets go of an identity from the cluster that this hub does not know, when there is a token for a new one.
    ///
    /// It is of another hub, or of an enrolment that was revoked: the cluster was installed anew. Whoever installs anew
    /// brings a new token; with the old one a refusal may come from anybody who stands at the hub's address, and what
    /// is trusted is kept.
    private func forgetRefused(_ connect: @Sendable (HubCredentials) throws -> any HubConnection) async throws {
        guard let token = configuration.token, let identity = try await state.identity(),
            let used = identity.enrolment?.tokenDigest, used != Digest(of: Array(token.utf8))
        else { return }
        let hub = try connect(identity.credentials(bootID: bootID))
        do throws(HubError) { _ = try await hub.timestamp() } catch {
            guard [.refused, .faulty].contains(error.code) else { return }
            // The keys may have been replaced just before the state was lost.
            if let next = identity.next,
                await (try connect(HubCredentials(signingKey: next.signing, bootID: bootID))).isAdmitted
            {
                return
            }
            logger.notice("The identity from the cluster is unknown to this hub; the token is used for a new one")
            await state.remove(BundleFollower.file)
            try await state.keep(AgentIdentity())
            await mirror.beginAnew()
        }
    }

    private func clusterFacts() async throws(AgentError) -> (uid: String, version: String) {
        do throws(KubernetesError) {
            return (try await cluster.uid(), try await cluster.version())
        } catch { throw AgentError("the API server \(configuration.cluster.server) cannot be used: \(error)") }
    }

    private func enrol(
        _ identity: AgentIdentity,
        _ token: String,
        _ facts: (uid: String, version: String),
        _ hub: any HubConnection
    ) async throws -> EnrolResponse {
        let request = EnrolRequest(
            token: token,
            cluster: EnrolRequest.cluster(ofToken: token),
            clusterUID: facts.uid,
            publicKey: identity.signingKey.publicKey,
            sealingKey: identity.keys.sealing.publicKey,
            bootID: bootID,
            agentVersion: configuration.version,
            kubernetesVersion: facts.version
        )
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(10))
        let patience = environment.now() + configuration.approvalPatience
        var isWaiting = false
        while true {
            do throws(HubError) {
                return try await hub.enrol(request)
            } catch {
                if error.code == .pending, environment.now() < patience {
                    let level: Logger.Level = isWaiting ? .debug : .notice
                    logger.log(level: level, "The enrolment waits for an operator", metadata: ["hub": "\(error)"])
                    isWaiting = true
                    let wait = environment.next(&backoff)
                    try await environment.sleep(max(wait, error.retryAfter ?? .zero))
                    continue
                }
                guard error.isRetryable, backoff.attempts + 1 < configuration.enrolmentAttempts else {
                    throw AgentError("cannot enrol at \(configuration.hub): \(error)")
                }
                logger.warning("The enrolment is tried again", metadata: ["error": "\(error)"])
                let wait = environment.next(&backoff)
                try await environment.sleep(max(wait, error.retryAfter ?? .zero))
            }
        }
    }
}
