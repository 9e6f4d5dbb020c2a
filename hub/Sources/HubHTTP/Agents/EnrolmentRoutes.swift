import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import JSON
import Logging

/// How an agent becomes a cluster of the fleet, and how it replaces its keys.
struct EnrolmentRoutes {
    let store: HubStore
    let clock: WallClock
    private let verifier = RequestVerifier()

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Enrolment is open: the one-time token in the body is the credential, and the signature proves the key.
    func addOpen(to router: Router<HubContext>) {
        router.post("\(AgentRoute.enrol.path)", use: enrol)
    }

    func addSigned(to group: RouterGroup<HubContext>) {
        group.post("\(AgentRoute.rotate.path)", use: rotate)
        group.post("\(AgentRoute.renew.path)", use: renew)
    }

    private func enrol(_ request: Request, _ context: HubContext) async throws -> Response {
        let body = try await request.bytes(limit: BodyLimits.message)
        let message: EnrolRequest
        do {
            message = try EnrolRequest(json: JSONValue(parsing: body))
        } catch {
            throw Problem(.badRequest, detail: "The body is no enrolment: \(error).")
        }
        let claim: RequestClaim
        do {
            claim = try AgentAuthentication.claim(of: request, verifier, clock().seconds)
            try claim.verify(with: message.publicKey, body: body)
        } catch {
            throw Problem(
                .unauthenticated,
                detail: "The enrolment is not signed by the key that it introduces: \(error).",
                hint: "Check that the clocks of the agent and the hub agree."
            )
        }
        try await spend(claim, message.publicKey)
        let agent: AgentIdentity
        do { agent = try await store.enrol(Enrolment(message, from: context.address)) } catch let error as StoreError {
            guard error.code == .approvalPending else { throw error }
            return Self.pending(error, message.publicKey)
        }
        guard let root = try await store.roots().last else {
            throw Problem(.unavailable, detail: "The hub has no trust root yet.", hint: "Try again in a moment.")
        }
        context.logger.notice("cluster enrolled", metadata: ["cluster": "\(agent.cluster)"])
        return Response(
            EnrolResponse(
                cluster: ClusterBinding(name: agent.cluster, id: agent.clusterID),
                keyID: agent.keyID,
                root: try JSONValue(parsing: root.bytes),
                hubTime: clock().seconds
            )
        )
    }

    /// A recorded enrolment is no second one, whichever replica it is sent to.
    private func spend(_ claim: RequestClaim, _ key: PublicKey) async throws {
        let until = UnixTime(seconds: claim.created + 2 * RequestVerifier.defaultWindowSeconds)
        guard try await store.spend(nonce: claim.nonce, keyID: key.keyID, until: until) else {
            throw Problem(.unauthenticated, detail: "The enrolment was sent before.")
        }
    }

    private static func pending(_ error: StoreError, _ key: PublicKey) -> Response {
        Response(
            AdmissionPending(fingerprint: key.keyID, message: error.message),
            status: HTTPResponse.Status(code: AdmissionPending.status),
            headers: [.retryAfter: "30"]
        )
    }

    private func renew(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        let message = try await request.message(RenewRequest.self)
        let rotation = message.rotation
        guard rotation.isProven(replacing: agent.keyID) else {
            throw Problem(.forbidden, detail: "The new key does not prove that it replaces \(agent.keyID).")
        }
        let candidate = Enrolment(
            token: "",
            clusterUID: message.clusterUID,
            publicKey: rotation.publicKey,
            sealingKey: rotation.sealingKey,
            bootID: HTTPField.Name(Boot.fieldName).flatMap { request.headers[$0] } ?? "",
            agentVersion: message.agentVersion,
            kubernetesVersion: message.kubernetesVersion,
            address: context.address
        )
        do {
            let renewed = try await store.renew(agent, candidate)
            context.logger.notice("agent's key renewed", metadata: ["cluster": "\(agent.cluster)"])
            return Response(RotateResponse(keyID: renewed.keyID))
        } catch let error as StoreError where error.code == .approvalPending {
            return Self.pending(error, rotation.publicKey)
        }
    }

    private func rotate(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        let message = try await request.message(RotateRequest.self)
        guard message.isProven(replacing: agent.keyID) else {
            throw Problem(.forbidden, detail: "The new key does not prove that it replaces \(agent.keyID).")
        }
        let renewed = try await store.rotateKey(
            of: agent.clusterID,
            from: agent.keyID,
            to: message.publicKey,
            sealingKey: message.sealingKey
        )
        context.logger.notice("agent's key replaced", metadata: ["cluster": "\(agent.cluster)"])
        return Response(RotateResponse(keyID: renewed.keyID))
    }
}

extension Enrolment {
    init(_ message: EnrolRequest, from address: String?) {
        self.init(
            token: message.token,
            cluster: message.cluster,
            clusterUID: message.clusterUID,
            publicKey: message.publicKey,
            sealingKey: message.sealingKey,
            bootID: message.bootID,
            agentVersion: message.agentVersion,
            kubernetesVersion: message.kubernetesVersion,
            address: address
        )
    }
}
