import AgentProtocol
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Logging
import NIOCore
import Observability
import Synchronization

/// Lets in only requests that an enrolled agent has signed (RFC 9421), each once.
///
/// Whatever is wrong with a signature, the asker is told 401 and nothing else; the reason goes to the log and the metrics.
/// Whoever has proved to have the key is told more: that it is too old, or in quarantine.
final class AgentAuthentication: RouterMiddleware {
    typealias Context = HubContext

    private let store: HubStore
    private let reads: AgentReads
    private let events: StoreEvents
    private let clock: WallClock
    private let verifier = RequestVerifier()
    private let replays = Mutex(ReplayGuard())
    private let refusals: Counter
    private let logger: Logger

    init(
        store: HubStore,
        reads: AgentReads,
        events: StoreEvents,
        clock: @escaping WallClock,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.store = store
        self.reads = reads
        self.events = events
        self.clock = clock
        self.logger = logger
        refusals = metrics.counter("otomi_hub_agent_refusals_total", help: "Agents' requests refused, by reason.")
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        var request = request
        var context = context
        do {
            let news = events.bundles.version
            // The head proves who asks before a body is waited for: a stranger's would keep a place from the agents.
            let (known, claim) = try await identify(request, context.address)
            let agent = known.identity
            let body = try await request.bytes(limit: BodyLimits.report, from: Array(agent.clusterID.utf8))
            try claim.check(body)
            try await check(known, claim, Route(request), context.address)
            context.agent = agent
            context.metadata = SeenMetadata(versions: known.versions, news: news)
            request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        } catch let error as SignatureError {
            refusals.increment(("reason", error.code.rawValue))
            context.logger.notice("agent refused", metadata: ["reason": "\(error)"])
            if error.code == .overloaded { throw Problem(.tooManyRequests, detail: "Too many requests of one agent.") }
            throw Problem(.unauthenticated, detail: "The request's signature is not accepted.")
        }
        return try await next(request, context)
    }

    /// Whose signature is on the head of the request.
    private func identify(_ request: Request, _ address: String?) async throws -> (KnownAgent, RequestClaim) {
        let now = clock().seconds
        let claim = try Self.claim(of: request, verifier, now)
        guard let known = try await reads.knownAgent(keyID: claim.keyID) else {
            try await refuseForgotten(claim)
            throw SignatureError(.invalid, "no agent has the key \(claim.keyID)")
        }
        let agent = known.identity
        try claim.verify(with: agent.publicKey)
        try replays.withLock { replays throws(SignatureError) in try replays.admit(claim, now: now) }
        guard !agent.isRevoked else {
            try await noteRevoked(agent, address)
            throw SignatureError(.invalid, "cluster '\(agent.cluster)' is revoked")
        }
        guard !known.isQuarantined else { throw refusal(of: agent, reason: "quarantined") }
        return (known, claim)
    }

    /// The route of an agent that a request goes to.
    private struct Route {
        let route: AgentRoute?

        init(_ request: Request) {
            route = AgentRoute(
                method: request.method.rawValue,
                path: request.uri.path,
                query: request.uri.query ?? ""
            )
        }

        /// Whether it changes who the agent is.
        var changesIdentity: Bool { route == .rotate || route == .renew }

        /// Whether it only looks whether the key is known.
        var isLook: Bool {
            if case .metadata(.timestamp, let poll) = route { poll?.waitSeconds ?? 0 == 0 } else { false }
        }
    }

    /// What the signature alone does not say: whether the key is too old, which boot speaks, whether it is said once.
    private func check(_ known: KnownAgent, _ claim: RequestClaim, _ route: Route, _ address: String?) async throws {
        let agent = known.identity
        if known.isExpired, route.route != .renew {
            refusals.increment(("reason", "expired"))
            throw Problem(
                .keyExpired,
                detail:
                    "The agent of cluster '\(agent.cluster)' was silent for too long; its key is not taken any more.",
                hint: "It asks for new keys by itself; an operator lets it with: otomi cluster approve \(agent.cluster)"
            )
        }
        if claim.bootID == Boot.none {
            guard route.isLook else { throw SignatureError(.unsupported, "the request is signed for no boot") }
        } else if claim.bootID != known.bootID {
            let standing = try await store.note(
                boot: claim.bootID,
                signedAt: UnixTime(seconds: claim.created),
                address: address,
                of: agent
            )
            if case .clone(let isQuarantined) = standing {
                refusals.increment(("reason", "clone"))
                logger.warning("two agents have one identity", metadata: ["cluster": "\(agent.cluster)"])
                if isQuarantined { throw refusal(of: agent, reason: "quarantined") }
            }
        }
        guard route.changesIdentity else { return }
        let until = UnixTime(seconds: claim.created + 2 * RequestVerifier.defaultWindowSeconds)
        guard try await store.spend(nonce: claim.nonce, keyID: claim.keyID, until: until) else {
            throw SignatureError(.replayed, "the nonce was already used on another replica")
        }
    }

    private func refusal(of agent: AgentIdentity, reason: String) -> Problem {
        refusals.increment(("reason", reason))
        return Problem(
            .forbidden,
            detail: "Cluster '\(agent.cluster)' is in quarantine: two agents have spoken with its identity.",
            hint: "An operator decides with: otomi cluster approve \(agent.cluster), or: otomi cluster revoke "
                + agent.cluster
        )
    }

    /// Tells the agent of a forgotten cluster, once it has proved to have the key, what became of it.
    private func refuseForgotten(_ claim: RequestClaim) async throws {
        guard let agent = try await store.forgottenAgent(keyID: claim.keyID) else { return }
        try claim.verify(with: agent.key)
        refusals.increment(("reason", "forgotten"))
        throw Problem(
            .forbidden,
            detail: "Cluster '\(agent.cluster)' was forgotten by its hub at \(agent.at.rfc3339).",
            hint:
                "What runs there keeps running. To bring it back: otomi cluster add, and otomi cluster install --apply; "
                + "to end the agent: kubectl delete namespace otomi-system"
        )
    }

    private func noteRevoked(_ agent: AgentIdentity, _ address: String?) async throws {
        try await store.note(
            securityEvent: SecurityEvent(
                .revokedKeyUsed,
                subject: agent.cluster,
                clusterID: agent.clusterID,
                address: address,
                detail: "The revoked key \(agent.keyID) was used."
            )
        )
    }

    /// What the signature fields of a request say, not yet believed.
    static func claim(
        of request: Request,
        _ verifier: RequestVerifier,
        _ now: Int64
    ) throws(SignatureError) -> RequestClaim {
        let line = RequestLine(
            method: request.method.rawValue,
            path: request.uri.path,
            query: request.uri.query ?? ""
        )
        return try verifier.claim(
            of: line,
            field: { name in
                guard let name = HTTPField.Name(name) else { return nil }
                let values = request.headers[values: name]
                return values.isEmpty ? nil : values.joined(separator: ", ")
            },
            now: now
        )
    }
}

extension HubContext {
    /// The agent that signed the request.
    ///
    /// - Throws: `Problem` of kind `unauthenticated`; the middleware has refused such a request before.
    func requireAgent() throws -> AgentIdentity {
        guard let agent else { throw Problem(.unauthenticated, detail: "The request is not signed by an agent.") }
        return agent
    }
}
