import Bundles
import Crypto

/// The text of an API token: `otomi_pat_`, 256 random bits, and a checksum.
///
/// Scanners of leaked secrets find it by its beginning, and are sure by its end; the hub knows a mistyped one without
/// asking its database. The first administrator's token is older than the form, and has only the `otomi_`.
enum APITokenText {
    static let prefix = "otomi_pat_"
    private static let checksumLength = 8

    static func make() -> String {
        let secret = prefix + Hexadecimal.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
        return secret + checksum(secret)
    }

    /// Whether a hub can have made it.
    static func isPlausible(_ text: String) -> Bool {
        guard text.hasPrefix(prefix) else { return !text.isEmpty }
        return text.hasSuffix(checksum(text.dropLast(checksumLength)))
    }

    private static func checksum(_ text: some StringProtocol) -> String {
        Hexadecimal.encode(SHA256.hash(data: Array(text.utf8)).prefix(checksumLength / 2))
    }
}
