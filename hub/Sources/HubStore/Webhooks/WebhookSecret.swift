import Bundles
import Crypto

/// What a webhook's deliveries are signed with, as Standard Webhooks writes it: `whsec_` and 32 bytes in base64.
package enum WebhookSecret {
    private static let prefix = "whsec_"

    static func make() -> String {
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return prefix + Base64.encode(key)
    }

    /// The key that a secret stands for; `nil` when it is none.
    package static func key(of secret: String) -> [UInt8]? {
        guard secret.hasPrefix(prefix) else { return nil }
        return Base64.decode(secret.dropFirst(prefix.count))
    }
}
