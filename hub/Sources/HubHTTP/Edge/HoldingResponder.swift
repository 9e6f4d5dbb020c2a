import Hummingbird

/// Answers requests by a router, and waits where a route has left that to it.
///
/// Routes and looks run in tasks of their own: a task keeps the room that its deepest call ever needed, some 40 kB, for as long
/// as it lives, and that of a connection lives as long as its agent.
struct HoldingResponder<Router: HTTPResponder>: HTTPResponder where Router.Context == HubContext {
    let router: Router

    func respond(to request: Request, context: HubContext) async throws -> Response {
        let held = HeldAnswer()
        let first = try await inTaskOfItsOwn {
            try await HeldAnswer.$current.withValue(held) { try await router.respond(to: request, context: context) }
        }
        guard held.isHeld else { return first }
        while true {
            let news = await held.wait()
            do {
                guard let response = try await inTaskOfItsOwn({ try await held.look(news) }) else { continue }
                return finish(response, first, held)
            } catch {
                return finish(ProblemMiddleware.response(to: error, request, context), first, held)
            }
        }
    }

    /// A child task ends with the scope of its name, so that this is one.
    private func inTaskOfItsOwn<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        async let value = body()
        return try await value
    }

    /// The answer with the headers that every answer has.
    private func finish(_ answer: Response, _ first: Response, _ held: HeldAnswer) -> Response {
        var answer = answer
        for field in first.headers where !answer.headers.contains(field.name) { answer.headers.append(field) }
        held.noteAnswer(answer)
        return answer
    }
}
