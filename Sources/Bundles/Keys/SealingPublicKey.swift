import Crypto
import FoundationEssentials

/// The public half of a cluster's sealing key (X25519).
package struct SealingPublicKey: Hashable, Sendable {
    /// The 32 bytes of RFC 7748.
    package let bytes: [UInt8]

    /// Takes 32 bytes over; `nil` when they are no X25519 public key.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32, (try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes)) != nil else {
            return nil
        }
        self.bytes = bytes
    }

    /// Reads the base64 form of the wire; `nil` when it is no X25519 public key.
    package init?(base64 text: String) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Standard base64 of the 32 bytes.
    package var base64: String { Base64.encode(bytes) }

    /// Seals `content` so that only the private half opens it, and only in the same context.
    ///
    /// HPKE (RFC 9180) in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305. The result is the encapsulated key (32
    /// bytes) and the ciphertext. Sealing twice gives different bytes.
    ///
    /// - Throws: `BundleError.sealed` when the key is of low order and agrees on nothing.
    package func seal(_ content: [UInt8], context: SealingContext) throws(BundleError) -> [UInt8] {
        do {
            let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes)
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: SealingContext.suite, info: Data(context.info))
            let ciphertext = try sender.seal(content)
            return Array(sender.encapsulatedKey) + Array(ciphertext)
        } catch {
            throw BundleError(.sealed, "\(context) cannot be sealed to this cluster's key: \(error)")
        }
    }
}

extension SealingPublicKey {
    /// Takes the 32 bytes of a key that the cryptographic library made.
    init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }
}
