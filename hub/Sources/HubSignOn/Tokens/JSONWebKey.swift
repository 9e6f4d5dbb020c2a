import Crypto
import CryptoExtras
package import JSON

/// A provider's public key for signatures (RFC 7517; RFC 7518, section 6; RFC 8037, section 2).
package struct JSONWebKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    /// RSA keys with longer moduli cost more than any provider needs.
    private static let longestModulus = 1_024

    /// The name that tokens refer to it by.
    package let id: String?
    /// The one algorithm that the provider says it is for.
    private let algorithm: String?
    private let material: Material

    /// Reads one member of a key set.
    ///
    /// `nil` for a key that is not for signatures, is of a kind that is not known here, or is malformed: a set may hold
    /// such keys (RFC 7517, section 5), and they verify nothing.
    package init?(_ json: JSONValue) {
        if let use = json["use"], use != "sig" { return nil }
        if let operations = json["key_ops"]?.arrayValue, !operations.contains("verify") { return nil }
        guard let material = Self.material(of: json) else { return nil }
        self.material = material
        id = json["kid"]?.stringValue
        algorithm = json["alg"]?.stringValue
    }

    /// Whether a token that is signed by `wanted` may have been signed by this key.
    package func serves(_ wanted: SignatureAlgorithm) -> Bool {
        if let algorithm, algorithm != wanted.rawValue { return false }
        return switch (material, wanted) {
        case (.rsa, .rs256), (.rsa, .ps256), (.p256, .es256), (.p384, .es384), (.ed25519, .edDSA): true
        default: false
        }
    }

    /// Whether `signature` was made over `message` by the private half of this key.
    package func verifies(_ signature: [UInt8], of message: [UInt8], by algorithm: SignatureAlgorithm) -> Bool {
        guard serves(algorithm) else { return false }
        switch material {
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            let padding: _RSA.Signing.Padding = algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
            return key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .ed25519(let key): return key.isValidSignature(signature, for: message)
        }
    }

    private static func material(of json: JSONValue) -> Material? {
        switch (json["kty"]?.stringValue, json["crv"]?.stringValue) {
        case ("RSA", _):
            guard let n = bytes(json["n"]), n.count <= longestModulus, let e = bytes(json["e"]), e.count <= 8 else {
                return nil
            }
            return (try? _RSA.Signing.PublicKey(n: n, e: e)).map(Material.rsa)
        case ("EC", "P-256"):
            return point(json, coordinate: 32)
                .flatMap { try? P256.Signing.PublicKey(rawRepresentation: $0) }.map(Material.p256)
        case ("EC", "P-384"):
            return point(json, coordinate: 48)
                .flatMap { try? P384.Signing.PublicKey(rawRepresentation: $0) }.map(Material.p384)
        case ("OKP", "Ed25519"):
            return bytes(json["x"])
                .flatMap { try? Curve25519.Signing.PublicKey(rawRepresentation: $0) }.map(Material.ed25519)
        default: return nil
        }
    }

    private static func point(_ json: JSONValue, coordinate: Int) -> [UInt8]? {
        guard let x = bytes(json["x"]), let y = bytes(json["y"]), x.count == coordinate, y.count == coordinate else {
            return nil
        }
        return x + y
    }

    private static func bytes(_ json: JSONValue?) -> [UInt8]? {
        json?.stringValue.flatMap { Base64URL.decode($0) }
    }
}
