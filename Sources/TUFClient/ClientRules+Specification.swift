package import Bundles
import Crypto
import CryptoExtras

extension ClientRules {
    /// A plain TUF client's: every kind of key that the specification names, and nothing refused that it takes.
    package static let specification = ClientRules(
        takesUnreachableThresholds: true,
        refetchesExpired: true,
        verifies: { key, signature, message in
            switch (key.keyType, key.scheme) {
            case ("ed25519", "ed25519"):
                key.publicKey?.verifies(signature, of: message) ?? false
            case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
                verifiesECDSA(key.publicText, signature, message)
            case ("rsa", "rsassa-pss-sha256"):
                verifiesRSA(key.publicText, signature, message, .PSS)
            case ("rsa", "rsa-pkcs1v15-sha256"):
                verifiesRSA(key.publicText, signature, message, .insecurePKCS1v1_5)
            default: false
            }
        }
    )

    private static func verifiesECDSA(_ pem: String, _ signature: [UInt8], _ message: [UInt8]) -> Bool {
        guard let key = try? P256.Signing.PublicKey(pemRepresentation: pem),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }

    /// Keys below 2048 bits are refused by the library.
    private static func verifiesRSA(
        _ pem: String,
        _ signature: [UInt8],
        _ message: [UInt8],
        _ padding: _RSA.Signing.Padding
    ) -> Bool {
        guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return false }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
    }
}
