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
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return Response(problem)
        } catch let refusal as Postponement {
            return Response(refusal.problem, retryAfterSeconds: refusal.retryAfterSeconds)
        } catch let error as StoreError {
            let ours: [StoreError.Code] = [.internal, .undecipherable, .unknownDataKey, .keyUnavailable, .unavailable]
            if ours.contains(error.code) { log(error, request, context) }
            return Response(Problem(error))
        } catch let error as HTTPError {
            return Response(Self.problem(of: error, request))
        } catch is CancellationError {
            return Response(Problem(.unavailable, detail: "The hub is stopping.", hint: "Try again in a moment."))
        } catch {
            log(error, request, context)
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
    private func log(_ error: any Error, _ request: Request, _ context: HubContext) {
        context.logger.error(
            "request failed",
            metadata: ["path": "\(context.endpointPath ?? request.uri.path)", "error": "\(String(reflecting: error))"]
        )
    }

    private static func problem(of error: HTTPError, _ request: Request) -> Problem {
        switch error.status {
        case .notFound:
            Problem(.notFound, detail: "There is nothing at \(request.method.rawValue) \(request.uri.path).")
        case .methodNotAllowed:
            Problem(.methodNotAllowed, detail: "\(request.uri.path) does not take \(request.method.rawValue).")
        case .contentTooLarge: Problem(.tooLarge, detail: "The body is too long.")
        default: Problem(.badRequest, detail: error.body ?? "The request could not be read.")
        }
    }
}
