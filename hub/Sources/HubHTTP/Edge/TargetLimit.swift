import HubAPI
import Hummingbird

/// Refuses request targets that are longer than any that the hub knows.
struct TargetLimit: RouterMiddleware {
    typealias Context = HubContext

    let bytes: Int

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= bytes else {
            throw Problem(.badRequest, detail: "The request's target is longer than \(bytes) bytes.")
        }
        return try await next(request, context)
    }
}
