import Hummingbird

/// Answers requests by a router, and holds those answers that wait for news.
struct Answering<Router: HTTPResponder>: HTTPResponder where Router.Context == HubContext {
    let router: Router

    /// Sends the answer: before it returns, or when news come for an answer that is held.
    func answer(_ request: Request, _ context: HubContext, in exchange: Exchange, to sink: AnswerSink) async {
        let target = ProblemMiddleware.Target(request)
        do {
            let response = try await Exchange.$current.withValue(exchange) {
                try await router.respond(to: request, context: context)
            }
            guard exchange.isHeld else { return await sink.send(response) }
            let held = Held(bare: response, exchange: exchange, sink: sink) { error in
                ProblemMiddleware.response(to: error, target, context)
            }
            held.wait()
        } catch {
            await sink.send(ProblemMiddleware.response(to: error, target, context))
        }
    }

    func respond(to request: Request, context: HubContext) async throws -> Response {
        await withCheckedContinuation { continuation in
            let sink = AnswerSink(
                send: { continuation.resume(returning: $0) },
                sendBare: { continuation.resume(returning: $0) }
            )
            Task { await answer(request, context, in: Exchange(), to: sink) }
        }
    }

    /// An answer that comes later: nothing runs until it is time to look again.
    private struct Held: Sendable {
        /// What is answered when nothing is new, with the fields that every answer has.
        let bare: Response
        let exchange: Exchange
        let sink: AnswerSink
        let problem: @Sendable (any Error) -> Response

        func wait() {
            exchange.whenDue { isNews in
                guard !isNews else {
                    Task { await look() }
                    return
                }
                exchange.noteAnswer(bare)
                sink.sendBare(bare)
            }
        }

        private func look() async {
            do {
                guard let answer = try await exchange.look() else { return wait() }
                await finish(answer)
            } catch {
                await finish(problem(error))
            }
        }

        private func finish(_ answer: Response) async {
            var answer = answer
            for field in bare.headers where !answer.headers.contains(field.name) { answer.headers.append(field) }
            exchange.noteAnswer(answer)
            await sink.send(answer)
        }
    }
}
