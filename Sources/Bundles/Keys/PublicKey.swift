import Crypto

/// The public half of an Ed25519 key.
package struct PublicKey: Hashable, Sendable {
    /// How many bytes a key has.
    package static let byteCount = 32

    /// The 32 bytes of RFC 8032.
    package let bytes: [UInt8]

    /// Takes 32 bytes over; `nil` when they are no Ed25519 public key.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else {
            return nil
        }
        self.bytes = bytes
    }

    /// Reads the base64 form of the wire; `nil` when it is no Ed25519 public key.
    package init?(base64 text: String) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Standard base64 of the 32 bytes.
    package var base64: String { Base64.encode(bytes) }

    /// The key as TUF metadata names it.
    package var metadataKey: MetadataKey { MetadataKey(self) }

    /// The SHA-256 of the canonical form of the TUF key object, as 64 hexadecimal digits.
    package var keyID: String { metadataKey.computedID }

    /// Whether `signature` was made over `message` by the private half of this key.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == SigningKey.signatureByteCount,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
