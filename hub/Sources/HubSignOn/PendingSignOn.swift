/// What the hub remembers of a sign-in between the request to the provider and its answer.
package struct PendingSignOn: Hashable, Sendable {
    /// Comes back in the answer (RFC 6749, section 10.12).
    package let state: String
    /// Comes back in the ID token.
    package let nonce: String
    /// The secret half of the proof that who redeems the code asked for it (RFC 7636).
    package let verifier: String

    package init(state: String, nonce: String, verifier: String) {
        self.state = state
        self.nonce = nonce
        self.verifier = verifier
    }
}
