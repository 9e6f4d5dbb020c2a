import Crypto

/// An Ed25519 key that signs: of a metadata role in the hub, or of an agent.
package struct SigningKey: Sendable {
    /// How many bytes a signature has.
    package static let signatureByteCount = 64

    private let key: Curve25519.Signing.PrivateKey
    /// The public half.
    package let publicKey: PublicKey
    /// The name of the key in metadata and request signatures.
    package let keyID: String

    /// Makes a new key from the system's random numbers.
    package init() {
        self.init(Curve25519.Signing.PrivateKey())
    }

    /// Takes the 32 bytes of a stored private key.
    ///
    /// - Throws: `BundleError.malformed` when they are no Ed25519 private key.
    package init(rawBytes: [UInt8]) throws(BundleError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes) else {
            throw BundleError(.malformed, "a stored signing key has \(rawBytes.count) bytes, not the 32 of Ed25519")
        }
        self.init(key)
    }

    private init(_ key: Curve25519.Signing.PrivateKey) {
        self.key = key
        publicKey = PublicKey(trusted: Array(key.publicKey.rawRepresentation))
        keyID = publicKey.keyID
    }

    /// The private half, to be stored encrypted and nowhere else.
    package var rawBytes: [UInt8] { Array(key.rawRepresentation) }

    /// Signs `message`.
    ///
    /// - Throws: `BundleError` when the cryptographic library refuses, which it does for no valid key.
    package func sign(_ message: [UInt8]) throws(BundleError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw BundleError(.arbitrary, "the key \(keyID) could not sign: \(error)")
        }
    }
}

extension PublicKey {
    init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }
}
