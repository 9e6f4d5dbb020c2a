import HTTPTypes
import Hummingbird

/// What browsers and caches must know of every answer; an answer that says otherwise itself keeps what it says.
///
/// No field lets other origins read an answer (CORS): nobody but the hub's own pages and programs asks it.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = HubContext

    private let fields: [HTTPField]

    /// `isEncrypted`: whether the hub itself speaks TLS; otherwise the proxy before it knows for how long it will.
    init(isEncrypted: Bool) {
        var fields: [(String, String)] = [
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
            ("X-Frame-Options", "DENY"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]
        if isEncrypted { fields.append(("Strict-Transport-Security", "max-age=31536000")) }
        self.fields = fields.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
        }
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for field in fields where !response.headers.contains(field.name) { response.headers.append(field) }
        return response
    }
}
