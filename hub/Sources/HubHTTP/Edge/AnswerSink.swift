import Hummingbird

/// Where the answer to a request goes.
struct AnswerSink: Sendable {
    /// Sends an answer, and waits until it is sent.
    let send: @Sendable (Response) async -> Void
    /// Sends an answer without a body, soon.
    let sendBare: @Sendable (Response) -> Void
}
