import Hummingbird

/// Answers requests by a router, and holds those answers that wait for news.
struct Answering<Router: HTTPResponder>: HTTPResponder where Router.Context == HubContext {
    let router: Router

    /// Calls `send` with the answer: before it returns, or when news come for an answer that is held.
    func answer(
        _ request: Request,
        _ context: HubContext,
        in exchange: Exchange,
        _ send: @escaping @Sendable (Response) async -> Void
    ) async {
        do {
            let response = try await Exchange.$current.withValue(exchange) {
                try await router.respond(to: request, context: context)
            }
            guard exchange.isHeld else { return await send(response) }
            let held = Held(headers: response.headers, exchange: exchange, send: send) { error in
                ProblemMiddleware.response(to: error, request, context)
            }
            held.wait()
        } catch {
            await send(ProblemMiddleware.response(to: error, request, context))
        }
    }

    func respond(to request: Request, context: HubContext) async throws -> Response {
        await withCheckedContinuation { continuation in
            Task { await answer(request, context, in: Exchange()) { continuation.resume(returning: $0) } }
        }
    }

    /// An answer that comes later: nothing runs until it is time to look again.
    private struct Held: Sendable {
        /// Those that every answer has.
        let headers: HTTPFields
        let exchange: Exchange
        let send: @Sendable (Response) async -> Void
        let problem: @Sendable (any Error) -> Response

        func wait() {
            exchange.whenDue { isNews in Task { await look(isNews) } }
        }

        private func look(_ isNews: Bool) async {
            do {
                guard let answer = try await exchange.look(isNews) else { return wait() }
                await finish(answer)
            } catch {
                await finish(problem(error))
            }
        }

        private func finish(_ answer: Response) async {
            var answer = answer
            for field in headers where !answer.headers.contains(field.name) { answer.headers.append(field) }
            exchange.noteAnswer(answer)
            await send(answer)
        }
    }
}
