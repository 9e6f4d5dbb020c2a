import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Finds out who calls by the bearer token (RFC 6750), and refuses who has none.
struct BearerAuthentication: RouterMiddleware {
    typealias Context = HubContext

    let store: HubStore

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") else {
            throw Problem(
                .unauthenticated,
                detail: "The request has no token.",
                hint: "Set OTOMI_TOKEN; the hub wrote the administrator's token to DIR/admin-token on its first start."
            )
        }
        guard let token = try await store.identify(token: String(field.dropFirst("bearer ".count))) else {
            throw Problem(
                .unauthenticated,
                detail: "The hub does not know this token, or it has expired.",
                hint: "Check OTOMI_TOKEN, and that OTOMI_HUB is the hub that issued it."
            )
        }
        if token.role == .auditor, request.method != .get, request.method != .head {
            throw Problem(.forbidden, detail: "The token '\(token.name)' may only read.")
        }
        var context = context
        context.caller = Caller(principal: token.principal, address: context.address)
        context.logger[metadataKey: "caller"] = "\(token.name)"
        return try await next(request, context)
    }
}
