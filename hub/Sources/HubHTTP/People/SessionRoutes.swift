import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Signing in with a password, asking who one is, signing out, and setting one's own password.
struct SessionRoutes {
    /// A sign-in is a name and a password.
    private static let maximumBody = 8 << 10

    let store: HubStore
    let cookies: SessionCookie

    /// Open: the password or the code in the body is the credential.
    func addOpen(to router: Router<HubContext>) {
        router.post("\(Route.session.rawValue)", use: signIn)
        router.post("\(Route.password.rawValue)", use: setPassword)
    }

    func add(to routes: GuardedRoutes) {
        routes.get(.session, .readOwnAccount, use: show)
        routes.delete(.session, .changeOwnAccount, use: signOut)
    }

    private func signIn(_ request: Request, _ context: HubContext) async throws -> Response {
        // Another site must not sign a browser in as somebody else.
        try CrossSiteGuard(cookies.address).comesFromHere(request)
        let message = try await request.message(SignInRequest.self, limit: Self.maximumBody)
        let signedIn = try await store.signIn(
            name: message.name,
            password: message.password,
            audience: message.isForCommandLine ? .cli : .browser,
            from: request.signInOrigin(context)
        )
        context.logger.notice("signed in", metadata: ["caller": "\(signedIn.identity.principal.name)"])
        guard !message.isForCommandLine else {
            return Response(try await entry(signedIn.identity, token: signedIn.token), headers: Self.unstored)
        }
        return try await opened(signedIn, request)
    }

    /// The answer that gives a browser its new session; the one that it had ends, so that none can be planted before.
    func opened(_ signedIn: SignedIn, _ request: Request) async throws -> Response {
        if let old = cookies.secret(in: request).flatMap({ Credential(session: $0, .browser) }) {
            try await store.endSession(old)
        }
        var headers = Self.unstored
        headers[.setCookie] = cookies.setting(
            signedIn.token,
            for: request,
            lifetime: SessionAudience.browser.lifetime.components.seconds
        )
        return Response(try await entry(signedIn.identity, cookie: signedIn.token), headers: headers)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        return Response(try await entry(caller.identity, cookie: caller.cookie), headers: Self.unstored)
    }

    private func signOut(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        guard case .session = caller.identity.credential else {
            throw Problem(
                .badRequest,
                detail: "A token is no session, and is not ended by signing out.",
                hint: "Revoke it: otomi token revoke NAME"
            )
        }
        if request.query("all") == "true" {
            try await store.endAllSessions(of: caller.name)
        } else {
            try await store.endSession(caller.identity.credential)
        }
        var headers = Self.unstored
        if caller.cookie != nil { headers[.setCookie] = cookies.clearing(for: request) }
        return Response(status: .noContent, headers: headers)
    }

    private func setPassword(_ request: Request, _ context: HubContext) async throws -> Response {
        try CrossSiteGuard(cookies.address).comesFromHere(request)
        let change = try await request.message(PasswordChange.self, limit: Self.maximumBody)
        let name: String
        switch change.proof {
        case .code(let code):
            name = try await store.setPassword(
                withCode: code,
                to: change.password,
                from: request.signInOrigin(context)
            )
        case .current(let shown, let current):
            let signedIn = try await store.signIn(
                name: shown,
                password: current,
                audience: .cli,
                from: request.signInOrigin(context)
            )
            name = signedIn.identity.principal.name
            let person = Actor(signedIn.identity.principal, address: context.address).unbound
            try await store.acting(as: person).setPassword(of: name, to: change.password)
        }
        context.logger.notice("password set", metadata: ["caller": "\(name)"])
        return Response(PersonEntry(try await store.person(named: name)), headers: Self.unstored)
    }

    private func entry(
        _ identity: Identity,
        cookie: String? = nil,
        token: String? = nil
    ) async throws -> SessionEntry {
        let production = ClusterFilter(selector: LabelSelector(["tier": "prod"]))
        let isProd = try await store.clusterCount(production) > 0
        return SessionEntry(
            name: identity.principal.name,
            kind: identity.principal.kind.rawValue,
            grants: identity.principal.grants.map { RoleGrant($0) }.sorted { $0.text < $1.text },
            isReadOnly: identity.isReadOnly,
            expiresAt: identity.expiresAt?.rfc3339,
            idleUntil: identity.idleUntil?.rfc3339,
            csrfToken: cookie.map(CrossSiteGuard.token),
            token: token,
            tier: isProd ? "prod" : nil
        )
    }

    private static let unstored: HTTPFields = [.cacheControl: "no-store"]
}

extension Request {
    /// From where somebody signs in with this request.
    func signInOrigin(_ context: HubContext) -> SignInOrigin {
        SignInOrigin(address: context.address, userAgent: headers[.userAgent] ?? "")
    }
}
