package import Bundles

/// What a request says of itself, not yet believed.
package struct RequestClaim: Hashable, Sendable {
    /// The id under which the key is to be looked up.
    package let keyID: String
    /// In seconds since 1970.
    package let created: Int64
    package let nonce: String
    /// Which run of the agent asks, see ``Boot``.
    package let bootID: String
    let contentDigest: String
    let base: [UInt8]
    let signature: [UInt8]

    /// Checks the signature with `key` and the body with its digest.
    ///
    /// - Throws: `SignatureError.invalid` or `.wrongDigest`.
    package func verify(with key: PublicKey, body: [UInt8]) throws(SignatureError) {
        try verify(with: key)
        try check(body)
    }

    /// Checks the signature with `key`; it covers the body's digest, so that nobody else's body needs to be read.
    ///
    /// - Throws: `SignatureError.invalid`.
    package func verify(with key: PublicKey) throws(SignatureError) {
        guard key.verifies(signature, of: base) else {
            throw SignatureError(.invalid, "the signature does not fit the request and the key \(keyID)")
        }
    }

    /// Checks the body with the digest that the signature covers.
    ///
    /// - Throws: `SignatureError.wrongDigest`.
    package func check(_ body: [UInt8]) throws(SignatureError) {
        try ContentDigest.check(body, against: contentDigest)
    }
}
