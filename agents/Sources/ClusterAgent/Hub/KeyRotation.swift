import AgentProtocol
import Bundles
import Concurrency
import Logging

/// Replaces the agent's keys: when they are old, when the hub asks, and when the hub does not take them any more.
///
/// New keys reach the disk, and the copy on the cluster, before the hub hears of them. An agent that dies in between has
/// both, and finds out which of them count: no order of crashes and lost answers leaves it with neither.
struct KeyRotation: Sendable {
    /// How long keys are used, give or take a tenth so that a fleet does not replace its keys at once.
    static let lifetime = Duration.seconds(30 * 86_400)
    /// The shortest time between two replacements that the hub asks for.
    static let shortest = Duration.seconds(60)

    let hub: SwitchedHub
    let connect: @Sendable (HubCredentials) throws -> any HubConnection
    let state: StateDirectory
    let mirror: StateMirror
    let layers: LayerStore
    let environment: AgentEnvironment
    let bootID: String
    let cluster: ClusterAPI
    let agentVersion: String
    let logger: Logger

    /// Looks with every answer of the hub whether something is due, until the task is cancelled.
    func run(_ identity: AgentIdentity) async {
        var identity = identity
        await begin(&identity)
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        var isWaiting = false
        var isAsked = false
        while !Task.isCancelled {
            let seen = hub.news.version
            let notice = hub.takeNotice()
            // A request is taken off the hub's notices here, and is to be met however long that takes.
            isAsked = isAsked || notice.isRotationAsked
            let rest = min(Self.shortest, Self.shortest - age(of: identity))
            guard identity.next != nil || (isAsked && rest <= .zero) || notice.isExpired || isDue(identity) else {
                if isAsked {
                    try? await environment.sleep(rest)
                } else {
                    _ = await hub.news.wait(after: seen)
                }
                continue
            }
            do {
                try await replace(&identity, isExpired: notice.isExpired || isWaiting)
                backoff.reset()
                isWaiting = false
                isAsked = false
            } catch {
                guard !Task.isCancelled else { return }
                isWaiting = show(error, isKnown: isWaiting)
                let patience = (error as? HubError)?.retryAfter ?? .zero
                try? await environment.sleep(max(patience, environment.next(&backoff)))
            }
        }
    }

    /// Counts the age of keys from now on where it is not known, or was noted by a clock that was ahead.
    private func begin(_ identity: inout AgentIdentity) async {
        let now = environment.now().seconds
        if let since = identity.keysSince, since <= now { return }
        identity.keysSince = now
        do throws(StateError) { try await state.keep(identity) } catch {
            logger.warning("The age of the agent's keys was not stored", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether an operator is waited for.
    private func show(_ error: any Error, isKnown: Bool) -> Bool {
        let isWaiting = [.pending, .keyExpired].contains((error as? HubError)?.code)
        let level: Logger.Level = isWaiting && !isKnown ? .notice : isWaiting ? .debug : .warning
        logger.log(level: level, "The agent's keys are not replaced yet", metadata: ["error": "\(error)"])
        return isWaiting
    }

    private func age(of identity: AgentIdentity) -> Duration {
        environment.now() - UnixTime(seconds: identity.keysSince ?? 0)
    }

    private func isDue(_ identity: AgentIdentity) -> Bool {
        age(of: identity) >= Self.lifetime(of: identity.keys.signing.keyID)
    }

    /// How long the key of that id is used: the same after every restart.
    static func lifetime(of keyID: String) -> Duration {
        let share = Double(UInt16(keyID.prefix(4), radix: 16) ?? 0) / Double(UInt16.max)
        return lifetime * (0.9 + share * 0.2)
    }

    // MARK: - One replacement

    private func replace(_ identity: inout AgentIdentity, isExpired: Bool) async throws {
        guard let enrolment = identity.enrolment else { return }
        let next: AgentIdentity.Keys
        if let begun = identity.next {
            next = begun
        } else {
            next = AgentIdentity.Keys()
            var prepared = identity
            prepared.next = next
            try await state.keep(prepared)
            identity = prepared
            _ = await mirror.write()
        }
        await layers.use(identity.sealingKeys)
        let keyID = try await counted(identity, next, enrolment, isExpired: isExpired)
        identity.promote(keyID: keyID, now: environment.now())
        hub.change(to: try connect(identity.credentials(bootID: bootID)))
        await layers.use(identity.sealingKeys)
        try await state.keep(identity)
        mirror.changed.notify()
        logger.notice("The agent's keys were replaced", metadata: ["fingerprint": "\(keyID)"])
    }

    /// Has the hub count the next keys.
    ///
    /// - Returns: the id under which it does.
    private func counted(
        _ identity: AgentIdentity,
        _ next: AgentIdentity.Keys,
        _ enrolment: AgentIdentity.Enrolment,
        isExpired: Bool
    ) async throws -> String {
        let request = try RotateRequest(
            replacing: enrolment.keyID,
            with: next.signing,
            sealingKey: next.sealing.publicKey
        )
        do throws(HubError) {
            guard isExpired else { return try await hub.rotate(request).keyID }
            return try await renew(request, enrolment)
        } catch {
            switch error.code {
            case .keyExpired where !isExpired: return try await renew(request, enrolment)
            case .refused where try await isKnown(next), .faulty where try await isKnown(next):
                return next.signing.keyID
            default: throw error
            }
        }
    }

    private func renew(
        _ request: RotateRequest,
        _ enrolment: AgentIdentity.Enrolment
    ) async throws(HubError) -> String {
        let kubernetesVersion = (try? await cluster.version()) ?? ""
        let renewal = RenewRequest(
            rotation: request,
            clusterUID: enrolment.clusterUID,
            agentVersion: agentVersion,
            kubernetesVersion: kubernetesVersion
        )
        return try await hub.renew(renewal).keyID
    }

    /// Whether the hub counts these keys already: its answer was lost, and the old key's time is over.
    private func isKnown(_ keys: AgentIdentity.Keys) async throws -> Bool {
        let way = try connect(HubCredentials(signingKey: keys.signing, bootID: bootID))
        return await way.isAdmitted
    }
}

extension HubConnection {
    /// Whether the hub answers to the key.
    var isAdmitted: Bool {
        get async {
            do throws(HubError) {
                _ = try await timestamp()
                return true
            } catch { return false }
        }
    }
}
