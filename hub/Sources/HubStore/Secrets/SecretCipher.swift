import Bundles
import Crypto

/// Seals what must not be readable in the database: AES-256-GCM under the hub's data key.
package struct SecretCipher: Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    /// The text form of `plaintext` sealed; it opens only in the same context.
    func seal(_ plaintext: [UInt8], context: String) -> String {
        "v1." + Base64.encode(Self.seal(plaintext, with: key, context: Array(context.utf8)))
    }

    /// - Throws: `StoreError.Code.undecipherable` for another key, another context or a changed byte.
    func open(_ sealed: String, context: String) throws(StoreError) -> [UInt8] {
        guard sealed.hasPrefix("v1."), let bytes = Base64.decode(sealed.dropFirst(3)),
            let plaintext = Self.open(bytes, with: key, context: Array(context.utf8))
        else {
            throw StoreError(
                .undecipherable,
                "a secret of \(context) cannot be decrypted: restore the key it was sealed under, or write it again"
            )
        }
        return plaintext
    }

    static func seal(_ plaintext: [UInt8], with key: SymmetricKey, context: [UInt8]) -> [UInt8] {
        // AES-GCM only refuses nonces of another length and messages beyond 64 GiB; neither can occur here.
        guard let box = try? AES.GCM.seal(plaintext, using: key, authenticating: context) else { return [] }
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    static func open(_ sealed: [UInt8], with key: SymmetricKey, context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= 28, let nonce = try? AES.GCM.Nonce(data: sealed[..<12]),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce,
                ciphertext: sealed[12..<sealed.count - 16],
                tag: sealed[(sealed.count - 16)...]
            ),
            let plaintext = try? AES.GCM.open(box, using: key, authenticating: context)
        else { return nil }
        return Array(plaintext)
    }
}
