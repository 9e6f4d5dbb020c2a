import Hummingbird

/// Answers requests by a router, and waits where a route has left that to it.
struct HoldingResponder<Router: HTTPResponder>: HTTPResponder where Router.Context == HubContext {
    let router: Router

    func respond(to request: Request, context: HubContext) async throws -> Response {
        let held = HeldAnswer()
        let first = try await HeldAnswer.$current.withValue(held) {
            try await router.respond(to: request, context: context)
        }
        guard held.isHeld else { return first }
        while true {
            do {
                guard let response = try await held.next() else { continue }
                return finish(response, first, held)
            } catch {
                return finish(ProblemMiddleware.response(to: error, request, context), first, held)
            }
        }
    }

    /// The answer with the headers that every answer has.
    private func finish(_ answer: Response, _ first: Response, _ held: HeldAnswer) -> Response {
        var answer = answer
        for field in first.headers where !answer.headers.contains(field.name) { answer.headers.append(field) }
        held.noteAnswer(answer)
        return answer
    }
}
