import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Finds out which person or machine calls, and refuses whoever shows nothing that counts.
///
/// A bearer token (RFC 6750) is an API token or a session of the command line; a browser shows its session in a cookie,
/// and must prove for every change that the hub's own pages ask for it. What the caller may do is read anew each time.
struct PersonAuthentication: RouterMiddleware {
    typealias Context = HubContext

    let store: HubStore
    let cookies: SessionCookie
    let live: LiveRequests

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        let shown = try shown(request)
        guard let identity = try await store.identify(shown.credential) else {
            throw Problem(
                .unauthenticated,
                detail: "The hub does not know this token or session, or it has expired.",
                hint: "Sign in again: otomi login. Check OTOMI_TOKEN, and that OTOMI_HUB is the hub that issued it."
            )
        }
        let isChange = !Self.isSafe(request.method)
        if let secret = shown.cookie, isChange { try CrossSiteGuard(cookies.address).check(request, secret) }
        if identity.isReadOnly, isChange {
            throw Problem(.forbidden, detail: "The token '\(identity.principal.name)' may only read.")
        }
        var context = context
        context.caller = Caller(identity: identity, address: context.address, cookie: shown.cookie, live: live)
        context.logger[metadataKey: "caller"] = "\(identity.principal.name)"
        return try await next(request, context)
    }

    /// What a request shows, and the session's secret when it is in a cookie.
    private func shown(_ request: Request) throws -> (credential: Credential, cookie: String?) {
        if let field = request.headers[.authorization] {
            let isBearer = field.lowercased().hasPrefix("bearer ")
            if isBearer, let credential = Credential(bearer: String(field.dropFirst("bearer ".count))) {
                return (credential, nil)
            }
        } else if let secret = cookies.secret(in: request),
            let credential = Credential(session: secret, .browser)
        {
            return (credential, secret)
        }
        throw Problem(
            .unauthenticated,
            detail: "The request has no token or session that a hub can have issued.",
            hint:
                "Sign in with otomi login, or set OTOMI_TOKEN; the hub wrote the administrator's token to DIR/admin-token "
                + "on its first start."
        )
    }

    /// Whether a method changes nothing (RFC 9110, section 9.2.1).
    static func isSafe(_ method: HTTPRequest.Method) -> Bool { [.get, .head, .options].contains(method) }
}
