import Crypto
import CryptoExtras
import Foundation
package import HubSignOn
package import JSON

/// A key pair of a scripted provider.
package struct ProviderKey: Sendable {
    package let id: String
    package let algorithm: SignatureAlgorithm
    /// The public half as a key set shows it.
    package let json: JSONValue
    package let sign: @Sendable (_ message: [UInt8]) -> [UInt8]

    private init(
        _ id: String,
        _ algorithm: SignatureAlgorithm,
        _ members: JSONValue,
        _ sign: @escaping @Sendable (_ message: [UInt8]) throws -> Data
    ) {
        self.id = id
        self.algorithm = algorithm
        var json = members
        json["kid"] = .string(id)
        json["use"] = "sig"
        self.json = json
        self.sign = { message in (try? sign(message)).map { Array($0) } ?? [] }
    }

    /// The same key under another name.
    package func named(_ id: String) -> ProviderKey {
        var members = json
        members["kid"] = nil
        let sign = self.sign
        return ProviderKey(id, algorithm, members) { Data(sign($0)) }
    }

    /// An RSA key that is made once: making one takes a while.
    package static let rsa = makeRSA("rsa-1", .rs256)
    package static let pss = makeRSA("pss-1", .ps256)

    package static func p256(_ id: String = "p256-1") -> ProviderKey {
        let key = P256.Signing.PrivateKey()
        let point = Array(key.publicKey.rawRepresentation)
        return ProviderKey(id, .es256, members("EC", "P-256", x: point.prefix(32), y: point.suffix(32))) {
            try key.signature(for: $0).rawRepresentation
        }
    }

    package static func p384(_ id: String = "p384-1") -> ProviderKey {
        let key = P384.Signing.PrivateKey()
        let point = Array(key.publicKey.rawRepresentation)
        return ProviderKey(id, .es384, members("EC", "P-384", x: point.prefix(48), y: point.suffix(48))) {
            try key.signature(for: $0).rawRepresentation
        }
    }

    package static func ed25519(_ id: String = "ed25519-1") -> ProviderKey {
        let key = Curve25519.Signing.PrivateKey()
        let x = Array(key.publicKey.rawRepresentation)
        return ProviderKey(id, .edDSA, members("OKP", "Ed25519", x: x[...], y: nil)) { try key.signature(for: $0) }
    }

    private static func members(
        _ type: String,
        _ curve: String,
        x: ArraySlice<UInt8>,
        y: ArraySlice<UInt8>?
    ) -> JSONValue {
        var json: JSONValue = ["kty": .string(type), "crv": .string(curve), "x": .string(Base64URL.encode(x))]
        if let y { json["y"] = .string(Base64URL.encode(y)) }
        return json
    }

    private static func makeRSA(_ id: String, _ algorithm: SignatureAlgorithm) -> ProviderKey {
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048),
            let primitives = try? key.publicKey.getKeyPrimitives()
        else { fatalError("no RSA key can be made") }
        let json: JSONValue = [
            "kty": "RSA", "n": .string(Base64URL.encode(Array(primitives.modulus))),
            "e": .string(Base64URL.encode(Array(primitives.publicExponent))),
        ]
        let padding: _RSA.Signing.Padding = algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
        return ProviderKey(id, algorithm, json) {
            try key.signature(for: SHA256.hash(data: $0), padding: padding).rawRepresentation
        }
    }
}
