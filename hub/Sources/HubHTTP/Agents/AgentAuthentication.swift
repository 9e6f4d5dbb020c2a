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
/// Whatever is wrong, the asker is told 401 and nothing else; the reason goes to the log and the metrics.
final class AgentAuthentication: RouterMiddleware {
    typealias Context = HubContext

    private let store: HubStore
    private let clock: WallClock
    private let verifier = RequestVerifier()
    private let replays = Mutex(ReplayGuard())
    private let refusals: Counter

    init(store: HubStore, clock: @escaping WallClock, metrics: MetricsRegistry) {
        self.store = store
        self.clock = clock
        refusals = metrics.counter("otomi_hub_agent_refusals_total", help: "Agents' requests refused, by reason.")
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        var request = request
        let body = try await request.bytes(limit: BodyLimits.report)
        var context = context
        do {
            context.agent = try await identify(request, body)
        } catch let error as SignatureError {
            refusals.increment(("reason", error.code.rawValue))
            context.logger.notice("agent refused", metadata: ["reason": "\(error)"])
            if error.code == .overloaded { throw Problem(.tooManyRequests, detail: "Too many requests of one agent.") }
            throw Problem(.unauthenticated, detail: "The request's signature is not accepted.")
        }
        request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        return try await next(request, context)
    }

    private func identify(_ request: Request, _ body: [UInt8]) async throws -> AgentIdentity {
        let now = clock().seconds
        let claim = try Self.claim(of: request, verifier, now)
        guard let agent = try await store.agent(keyID: claim.keyID), !agent.isRevoked else {
            throw SignatureError(.invalid, "no agent has the key \(claim.keyID), or it is revoked")
        }
        try claim.verify(with: agent.publicKey, body: body)
        try replays.withLock { replays throws(SignatureError) in try replays.admit(claim, now: now) }
        return agent
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
