/// A sign-in that is under way at the identity provider.
package struct SignOnAttempt: Hashable, Sendable {
    package let nonce: String
    package let verifier: String
    /// Where the browser goes afterwards; a path of this hub.
    package let returnPath: String

    package init(nonce: String, verifier: String, returnPath: String) {
        self.nonce = nonce
        self.verifier = verifier
        self.returnPath = returnPath
    }
}
