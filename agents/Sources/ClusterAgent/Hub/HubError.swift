/// A call to the hub did not bring what was asked for.
package struct HubError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// No answer: the hub or the way to it is away.
        case unreachable
        /// The hub asks for patience (429, 503, other 5xx).
        case busy
        /// The hub does not accept the token, the key or the signature.
        case refused
        /// The hub finds fault with the message itself, and will another time.
        case faulty
        /// The hub does not take the key any more, because the agent was silent for too long.
        case keyExpired
        /// An operator must agree first.
        case pending
        /// Something answers, but it is no hub, or one that does not know the route.
        case notAHub
        /// The answer is longer than what was announced.
        case endlessData
        /// The answer is not of the agreed form.
        case malformed
        case cancelled
    }

    package let code: Code
    package let message: String
    /// When the hub said so: how long to wait before the next call.
    package let retryAfter: Duration?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var isRetryable: Bool { code == .unreachable || code == .busy }

    package var description: String { message }
}
