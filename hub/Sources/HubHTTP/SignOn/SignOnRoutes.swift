import HTTPTypes
import HubAPI
import HubSignOn
import HubStore
import Hummingbird
import Logging
import Values

/// Signs people in and out in a browser: at the identity provider, or with a local account.
struct SignOnRoutes {
    static let login = "/auth/login"
    static let callback = "/auth/callback"
    static let password = "/auth/password"
    static let logout = "/auth/logout"
    static let signedOut = "/auth/signed-out"

    let store: HubStore
    let provider: RelyingParty?
    let address: PublicAddress
    let browsers: BrowserRequests
    /// Holds what binds a sign-in at the provider to the browser that began it.
    let attemptCookie: SessionCookie

    func add(to router: Router<HubContext>) {
        router.get("\(Self.login)") { request, context in await webPage(context) { try await begin(request) } }
        router.get("\(Self.callback)") { request, context in
            await webPage(context) { try await finish(request, context) }
        }
        router.post("\(Self.password)") { request, context in
            await webPage(context) { try await signIn(request, context) }
        }
        router.post("\(Self.logout)") { request, context in
            await webPage(context) { try await end(request, context) }
        }
        router.get("\(Self.signedOut)") { _, _ in
            WebPage(
                title: "You are signed out",
                content: #"<p>Close the window, or <a href="/auth/login">sign in again</a>.</p>"#
            ).response()
        }
    }

    // MARK: - Signing in

    private func begin(_ request: Request) async throws -> Response {
        let returnPath = ReturnPath(request.query("return"))
        guard let provider, request.query("method") != "password" else {
            return PasswordPage(returnPath: returnPath, hasProvider: provider != nil).page.response()
        }
        let (pending, url) = try await provider.begin(redirectURI: redirectURI(request))
        let browser = HubStore.makeToken()
        try await store.beginSignOn(
            SignOnAttempt(nonce: pending.nonce, verifier: pending.verifier, returnPath: returnPath.text),
            state: pending.state,
            browser: browser
        )
        let lifetime = HubStore.signOnLifetime.components.seconds
        return .seeOther(url, cookies: [attemptCookie.setting(browser, for: request, lifetime: lifetime)])
    }

    private func finish(_ request: Request, _ context: HubContext) async throws -> Response {
        guard let provider, let parameters = FormEncoding.decode(request.uri.query ?? "") else {
            throw PageFailure.over
        }
        let answer = AuthorizationResponse(parameters: parameters)
        guard let state = answer.state, let browser = attemptCookie.secret(in: request),
            let attempt = try await store.takeSignOn(state: state, browser: browser)
        else { throw PageFailure.over }
        let person = try await provider.finish(
            answer,
            of: PendingSignOn(state: state, nonce: attempt.nonce, verifier: attempt.verifier),
            redirectURI: redirectURI(request)
        )
        let signedIn = try await store.signIn(
            external: ExternalIdentity(person),
            grants: person.grants,
            audience: .browser,
            from: request.signInOrigin(context)
        )
        try await store.keepIDToken(person.idToken, of: signedIn.identity.credential)
        context.logger.info("signed in", metadata: ["person": "\(signedIn.identity.principal.name)"])
        return try await enter(
            signedIn,
            ReturnPath(attempt.returnPath),
            request,
            cookies: [attemptCookie.clearing(for: request)]
        )
    }

    private func signIn(_ request: Request, _ context: HubContext) async throws -> Response {
        let fields = try await browsers.ownForm(request)
        let returnPath = ReturnPath(fields["return"])
        do {
            let signedIn = try await store.signIn(
                name: fields["name"] ?? "",
                password: fields["password"] ?? "",
                audience: .browser,
                from: request.signInOrigin(context)
            )
            return try await enter(signedIn, returnPath, request)
        } catch let error as StoreError where error.code == .signInRefused || error.code == .signInLocked {
            var page = PasswordPage(returnPath: returnPath, hasProvider: provider != nil)
            page.alarm = error.message
            page.status = error.code == .signInLocked ? .tooManyRequests : .unauthorized
            return page.page.response()
        }
    }

    /// Gives the browser its new session, and ends the one that it had.
    private func enter(
        _ signedIn: SignedIn,
        _ returnPath: ReturnPath,
        _ request: Request,
        cookies: [String] = []
    ) async throws -> Response {
        if let old = browsers.cookies.secret(in: request), let credential = Credential(session: old, .browser) {
            try await store.endSession(credential)
        }
        let lifetime = SessionAudience.browser.lifetime.components.seconds
        let cookie = browsers.cookies.setting(signedIn.token, for: request, lifetime: lifetime)
        return .seeOther(returnPath.text, cookies: [cookie] + cookies)
    }

    // MARK: - Signing out

    private func end(_ request: Request, _ context: HubContext) async throws -> Response {
        let cleared = [browsers.cookies.clearing(for: request)]
        guard let session = try await browsers.session(request) else {
            return .seeOther(Self.signedOut, cookies: cleared)
        }
        _ = try await browsers.form(request, of: session)
        let credential = session.identity.credential
        let idToken = try await store.idToken(of: credential)
        try await store.endSession(credential)
        guard let provider, let idToken else { return .seeOther(Self.signedOut, cookies: cleared) }
        do {
            let url = try await provider.logoutURL(idToken: idToken, returningTo: absolute(Self.signedOut, request))
            return .seeOther(url ?? Self.signedOut, cookies: cleared)
        } catch {
            // The hub's session has ended all the same.
            context.logger.warning("the provider's session was not ended", metadata: ["error": "\(error)"])
            return .seeOther(Self.signedOut, cookies: cleared)
        }
    }

    // MARK: - Addresses and failures

    private func redirectURI(_ request: Request) -> String { absolute(Self.callback, request) }

    private func absolute(_ path: String, _ request: Request) -> String { address.url(for: request) + path }
}

extension ExternalIdentity {
    init(_ person: SignedOnPerson) {
        self.init(
            issuer: person.issuer,
            subject: person.subject,
            preferredName: person.preferredName,
            email: person.email,
            displayName: person.name
        )
    }
}

/// Answers with a page, whatever happens: what went wrong is logged in full, and shown without detail.
func webPage(_ context: HubContext, _ body: () async throws -> Response) async -> Response {
    let failure: PageFailure
    do {
        return try await body()
    } catch let error as PageFailure {
        failure = error
    } catch let error as SignOnError {
        context.logger.warning("sign-on failed", metadata: ["error": "\(error)"])
        failure = PageFailure(error, requestID: context.requestID)
    } catch let error as StoreError {
        context.logger.warning("sign-on failed", metadata: ["error": "\(error)"])
        failure = PageFailure(error, requestID: context.requestID)
    } catch {
        context.logger.error("sign-on failed", metadata: ["error": "\(String(reflecting: error))"])
        failure = .inside(context.requestID)
    }
    return failure.page.response()
}
