import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Installation
import JSON
import Logging
import YAML
import Values

/// Hands out what installs a cluster's agent: to an operator, or once to whoever has the address.
struct InstallationRoutes {
    /// Where manifests are served; the last part is the secret of one installation.
    static let path = "/install/v1/{secret}"

    private static let lifetime: Int64 = 3_600
    private static let longestLifetime: Int64 = 86_400

    private let store: HubStore
    private let address: PublicAddress
    private let image: String
    private let clock: WallClock
    /// Guesses cost whoever makes them, by address; they are few where nobody guesses.
    private let misses: RateLimiter<String>

    init(store: HubStore, address: PublicAddress, image: String, clock: @escaping WallClock) {
        self.store = store
        self.address = address
        self.image = image
        self.clock = clock
        misses = RateLimiter(burst: 30, perSecond: 0.5, clock: clock)
    }

    func add(to routes: GuardedRoutes) {
        routes.post(.clusterInstallation, .installCluster, use: prepare)
    }

    /// The address is the credential.
    func addOpen(to router: Router<HubContext>) {
        router.get("\(Self.path)", use: serve)
        router.head("\(Self.path)", use: look)
    }

    // MARK: - For operators

    private func prepare(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let wanted = try await request.message(InstallationRequest.self)
        let installation = try await installation(of: name, wanted, request)
        let seconds = wanted.lifetimeSeconds ?? Self.lifetime
        guard (60...Self.longestLifetime).contains(seconds) else {
            throw Problem(.badRequest, detail: "'lifetimeSeconds' must be from 60 to \(Self.longestLifetime).")
        }
        var expiresAt = clock() + .seconds(seconds)
        var answer = ClusterInstallation(
            name: name,
            hub: installation.hub,
            pin: installation.pin,
            image: installation.image
        )
        let admission: InstallationAdmission
        switch wanted.delivery {
        case .upgrade:
            admission = .enrolled
            answer.manifest = YAML.text(ofDocuments: installation.objects(token: nil))
        case .manifest:
            // What is in it is a token like any other: the fleet's policy says how long one lives at most.
            expiresAt = min(expiresAt, clock() + store.agentPolicy.tokenLifetime)
            let token = EnrolmentToken(text: HubStore.makeEnrolmentToken(for: name), expiresAt: expiresAt)
            admission = .token(token)
            answer.manifest = YAML.text(ofDocuments: installation.objects(token: token.text))
        case .link:
            let link = InstallationLink(secret: HubStore.makeToken(), expiresAt: expiresAt)
            admission = .link(link)
            answer.url = installation.hub + Self.path.replacing("{secret}", with: link.secret)
        }
        try await store.prepareInstallation(of: name, options: installation.json, admission: admission)
        if wanted.delivery != .upgrade { answer.expiresAt = expiresAt.rfc3339 }
        answer.notes = InstallationNotes.notes(on: installation, delivery: wanted.delivery)
        context.logger.notice(
            "installation prepared",
            metadata: ["cluster": "\(name)", "delivery": "\(wanted.delivery.rawValue)", "image": "\(answer.image)"]
        )
        return Response(answer, status: .created, headers: [.cacheControl: "no-store"])
    }

    /// What was asked for, on top of what there was.
    private func installation(
        of name: String,
        _ wanted: InstallationRequest,
        _ request: Request
    ) async throws -> AgentInstallation {
        let stored = try await store.installationOptions(of: name).flatMap { try? AgentInstallation(json: $0) }
        // An upgrade through another way to the hub, such as a forwarded port, must not lead its agents there.
        let known = wanted.delivery == .upgrade ? address.configured ?? stored?.hub : nil
        var installation = stored ?? AgentInstallation(hub: "")
        installation.hub = known ?? address.url(for: request)
        installation.image = wanted.image ?? image
        installation.authorities = wanted.authorities ?? installation.authorities
        // Where an authority vouches for what agents reach, it is not this hub's own certificate that they see.
        installation.pin = installation.authorities == nil ? address.pin(of: installation.hub) : nil
        installation.proxy = wanted.proxy ?? installation.proxy
        installation.noProxy = wanted.noProxy ?? installation.noProxy
        installation.persistence = wanted.persistence ?? installation.persistence
        try InstallationCheck.check(installation)
        return installation
    }

    // MARK: - For kubectl

    private func serve(_ request: Request, _ context: HubContext) async throws -> Response {
        let redeemed = try await guarded(context) { secret in try await store.redeemInstallation(secret: secret) }
        let installation = try AgentInstallation(json: redeemed.options)
        context.logger.notice("installation served", metadata: ["cluster": "\(redeemed.cluster)"])
        return Response(
            bytes: Array(YAML.text(ofDocuments: installation.objects(token: redeemed.token.text)).utf8),
            contentType: "application/yaml",
            headers: Self.headers
        )
    }

    /// Answers as `serve` would, and uses nothing up: link previews and checks ask so.
    private func look(_ request: Request, _ context: HubContext) async throws -> Response {
        try await guarded(context) { secret in try await store.checkInstallation(secret: secret) }
        return Response(bytes: [], contentType: "application/yaml", headers: Self.headers)
    }

    private func guarded<Value>(
        _ context: HubContext,
        _ body: (_ secret: String) async throws -> Value
    ) async throws -> Value {
        let caller = context.address ?? ""
        guard misses.wait(caller) == nil else {
            throw Problem(
                .tooManyRequests,
                detail: "Too many addresses of installations were tried that are none.",
                hint: "Try again in a moment."
            )
        }
        do { return try await body(try context.parameters.require("secret")) } catch let error as StoreError {
            // An address that was used or has expired was known, and a database that is away says nothing of it.
            if error.code == .notFound { _ = misses.take(caller) }
            throw error
        }
    }

    private static let headers: HTTPFields = {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        headers[.xContentTypeOptions] = "nosniff"
        return headers
    }()
}
