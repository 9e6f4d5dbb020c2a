import Bundles
import Crypto
import Postgres

/// Seals what must not be readable in the database: AES-256-GCM under one of the hub's data keys.
package struct SecretCipher: Sendable {
    let ring: KeyRing
    /// The key that a transaction holds on to; otherwise the latest one.
    private let held: Int64?

    init(ring: KeyRing) {
        self.init(ring: ring, held: nil)
    }

    private init(ring: KeyRing, held: Int64?) {
        self.ring = ring
        self.held = held
    }

    /// The number of the key that it seals under.
    var number: Int64 { held ?? ring.latest }

    /// The cipher for a transaction that stores what it seals: its key cannot be dropped before the transaction is over.
    ///
    /// - Throws: `StoreError.Code.unknownDataKey` when the key is gone already: read the keys again.
    func held(on connection: isolated PostgresConnection) throws -> SecretCipher {
        let number = ring.latest
        let rows = try connection.query(
            "SELECT 1 FROM data_keys WHERE id = \(number)::integer FOR KEY SHARE"
        )
        guard rows.count == 1 else { throw Self.unknown(number) }
        return SecretCipher(ring: ring, held: number)
    }

    /// The text form of `plaintext` sealed; it opens only in the same context.
    ///
    /// - Throws: `StoreError.Code.unknownDataKey` when the key has just been dropped: read the keys again.
    func seal(_ plaintext: [UInt8], context: String) throws(StoreError) -> String {
        // A random name: what names a secret must not be computed from it.
        let name = Array(AES.GCM.Nonce()).prefix(8)
        return try seal(plaintext, name: Hexadecimal.encode(Array(name)), context: context)
    }

    /// - Throws: `StoreError.Code.undecipherable` for another key, another context or a changed byte; `.unknownDataKey`
    ///   when it is sealed under a data key that this process has not read yet.
    func open(_ sealed: String, context: String) throws(StoreError) -> [UInt8] {
        guard let text = SealedText(sealed) else { throw Self.undecipherable(context) }
        guard let key = ring.key(text.keyID) else { throw Self.unknown(text.keyID) }
        guard let plaintext = Self.open(text.bytes, with: key, context: text.authenticated(context)) else {
            throw Self.undecipherable(context)
        }
        return plaintext
    }

    /// `sealed` under the key of today and by the same name; itself when it is so already.
    ///
    /// - Throws: as `open`.
    func renewed(_ sealed: String, context: String) throws(StoreError) -> String {
        let text = SealedText(sealed)
        if let text, text.keyID == number, text.text == sealed { return sealed }
        return try seal(try open(sealed, context: context), name: SealedText.name(of: sealed), context: context)
    }

    private func seal(_ plaintext: [UInt8], name: String, context: String) throws(StoreError) -> String {
        let number = number
        guard let key = ring.key(number) else { throw Self.unknown(number) }
        let place = SealedText(keyID: number, name: name, bytes: []).authenticated(context)
        return SealedText(keyID: number, name: name, bytes: Self.seal(plaintext, with: key, context: place)).text
    }

    private static func undecipherable(_ context: String) -> StoreError {
        StoreError(
            .undecipherable,
            "a secret of \(context) cannot be decrypted: restore the key it was sealed under, or write it again"
        )
    }

    private static func unknown(_ number: Int64) -> StoreError {
        StoreError(
            .unknownDataKey,
            "the database has no data key \(number): restore the table data_keys from the backup that the secrets are from"
        )
    }

    // MARK: - Bytes

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
