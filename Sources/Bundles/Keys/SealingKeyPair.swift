import Crypto
import FoundationEssentials

/// A cluster's sealing key; the private half never leaves the agent.
package struct SealingKeyPair: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey
    /// The half that is sent to the hub.
    package let publicKey: SealingPublicKey

    /// Makes a new key from the system's random numbers.
    package init() {
        self.init(Curve25519.KeyAgreement.PrivateKey())
    }

    /// Takes the 32 bytes of a stored private key.
    ///
    /// - Throws: `BundleError.malformed` when they are no X25519 private key.
    package init(rawBytes: [UInt8]) throws(BundleError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: rawBytes) else {
            throw BundleError(.malformed, "a stored sealing key has \(rawBytes.count) bytes, not the 32 of X25519")
        }
        self.init(key)
    }

    private init(_ key: Curve25519.KeyAgreement.PrivateKey) {
        self.key = key
        publicKey = SealingPublicKey(trusted: Array(key.publicKey.rawRepresentation))
    }

    /// The private half, to be stored in the agent's state directory and nowhere else.
    package var rawBytes: [UInt8] { Array(key.rawRepresentation) }

    /// Opens what was sealed to this key in `context`.
    ///
    /// - Throws: `BundleError.sealed` for another key, another cluster, another layer or a changed byte.
    package func open(_ sealed: [UInt8], context: SealingContext) throws(BundleError) -> [UInt8] {
        guard sealed.count >= 48 else {
            throw BundleError(.sealed, "\(context) has \(sealed.count) bytes: too few for a sealed layer")
        }
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key,
                ciphersuite: SealingContext.suite,
                info: Data(context.info),
                encapsulatedKey: Data(sealed[..<32])
            )
            return Array(try recipient.open(sealed[32...]))
        } catch {
            throw BundleError(.sealed, "\(context) does not open with this cluster's sealing key")
        }
    }
}
