import Concurrency
import HTTPTypes
import Hummingbird

/// Finds out which address a request comes from, and lets nobody but a trusted proxy say so.
///
/// What others wrote into such fields is removed, so that nothing behind this point can believe it.
struct CallerAddress: RouterMiddleware {
    typealias Context = HubContext

    private static let fields = [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP",
    ].compactMap { HTTPField.Name($0) }

    let proxies: TrustedProxies

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        // Without an address the peer is in this process.
        guard let peer = context.address.flatMap({ IPAddress($0) }) else { return try await next(request, context) }
        guard proxies.contains(peer) else {
            guard Self.fields.contains(where: request.headers.contains) else { return try await next(request, context) }
            var head = request.head
            for field in Self.fields { head.headerFields[field] = nil }
            return try await next(Request(head: head, body: request.body), context)
        }
        var context = context
        if let caller = proxies.caller(peer, request.headers) { context.address = caller }
        context.subscriber = context.address.flatMap { IPAddress($0) }
            .flatMap { proxies.contains($0) ? nil : $0.subscriber }
        return try await next(request, context)
    }
}
