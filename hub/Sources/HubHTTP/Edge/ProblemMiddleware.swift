import HubAPI
import HubStore
import Hummingbird
import Logging

/// Turns every error into a problem document (RFC 9457); it is the last step before the answer.
///
/// What a caller could not have caused is logged in full and answered without detail.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = HubContext

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            return Self.response(to: error, Target(request), context)
        }
    }

    /// What was asked for; all that is kept of a request whose answer is held.
    struct Target: Sendable {
        let method: String
        let path: String

        init(_ request: Request) {
            method = request.method.rawValue
            path = request.uri.path
        }
    }

    /// What a request that failed is answered.
    static func response(to error: any Error, _ target: Target, _ context: HubContext) -> Response {
        switch error {
        case let problem as Problem: return Response(problem)
        case let refusal as Postponement:
            return Response(refusal.problem, retryAfterSeconds: refusal.retryAfterSeconds)
        case let error as StoreError:
            let ours: [StoreError.Code] = [.internal, .undecipherable, .unknownDataKey, .keyUnavailable, .unavailable]
            if ours.contains(error.code) { log(error, target, context) }
            return Response(Problem(error))
        case let error as HTTPError: return Response(problem(of: error, target))
        case is CancellationError:
            return Response(Problem(.unavailable, detail: "The hub is stopping.", hint: "Try again in a moment."))
        default:
            log(error, target, context)
            return Response(
                Problem(
                    .internalError,
                    detail: "The request \(context.requestID) failed inside the hub.",
                    hint: "The hub's log has the reason under this request id."
                )
            )
        }
    }

    /// The route stands for the path, which may hold a secret.
    private static func log(_ error: any Error, _ target: Target, _ context: HubContext) {
        context.logger.error(
            "request failed",
            metadata: ["path": "\(context.endpointPath ?? target.path)", "error": "\(String(reflecting: error))"]
        )
    }

    private static func problem(of error: HTTPError, _ target: Target) -> Problem {
        switch error.status {
        case .notFound:
            Problem(.notFound, detail: "There is nothing at \(target.method) \(target.path).")
        case .methodNotAllowed:
            Problem(.methodNotAllowed, detail: "\(target.path) does not take \(target.method).")
        case .contentTooLarge: Problem(.tooLarge, detail: "The body is too long.")
        default: Problem(.badRequest, detail: error.body ?? "The request could not be read.")
        }
    }
}
