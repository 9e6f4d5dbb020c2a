/// Why nobody was signed in by the provider.
///
/// The message is for the hub's log; a browser is told no more than what ``Code`` stands for.
package struct SignOnError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, as far as the next step differs.
    package enum Code: String, CaseIterable, Hashable, Sendable {
        /// A setting of the hub is wrong: the operator of the hub has to act.
        case configuration
        /// The provider does not answer, or says that it cannot: trying again may help.
        case unavailable
        /// The provider answers, but not as the specifications say.
        case provider
        /// The person or the provider said no.
        case refused
        /// The answer belongs to no sign-in that was begun here: state, issuer or code are not right.
        case response
        /// The ID token is not to be trusted.
        case token
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(message) [\(code.rawValue)]" }
}
