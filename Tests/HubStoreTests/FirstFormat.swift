import Crypto
import Bundles
import Testing

/// Secrets as the hub sealed them before its data keys had numbers.
enum FirstFormat {
    static func seal(_ plaintext: [UInt8], wrapped: [UInt8], under key: [UInt8], context: String) throws -> String {
        let box = try AES.GCM.SealedBox(combined: wrapped)
        let dataKey = try AES.GCM.open(
            box,
            using: SymmetricKey(data: key),
            authenticating: Array("otomi-data-key-v1".utf8)
        )
        let sealed = try AES.GCM.seal(
            plaintext,
            using: SymmetricKey(data: dataKey),
            authenticating: Array(context.utf8)
        )
        return "v1." + Base64.encode(Array(try #require(sealed.combined)))
    }
}
