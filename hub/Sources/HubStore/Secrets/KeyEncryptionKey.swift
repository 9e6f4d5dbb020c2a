import Bundles
import Concurrency
import Crypto

/// The key that wraps the hub's data keys, kept outside the database: its bytes, or a program that has them.
package struct KeyEncryptionKey: Sendable {
    package static let byteCount = 32
    private static let purpose = Array("otomi-data-key-v1".utf8)

    private enum Custody: Sendable {
        case here(SymmetricKey)
        case elsewhere(KeyCommand)
    }

    private let custody: Custody

    /// Takes 32 bytes over.
    ///
    /// - Throws: `StoreError.Code.undecipherable` for any other number.
    package init(bytes: [UInt8]) throws(StoreError) {
        guard bytes.count == Self.byteCount else {
            throw StoreError(.undecipherable, "the key-encryption key has \(bytes.count) bytes, not \(Self.byteCount)")
        }
        custody = .here(SymmetricKey(data: bytes))
    }

    /// Takes the base64 text of 32 bytes over, as an environment variable has it.
    ///
    /// `name`: what errors call the text by; they never repeat it.
    ///
    /// - Throws: `StoreError.Code.undecipherable` for anything else.
    package init(base64 text: String, named name: String) throws(StoreError) {
        guard let bytes = Base64.decode(text), bytes.count == Self.byteCount else {
            throw StoreError(
                .undecipherable,
                "\(name) is not the base64 of \(Self.byteCount) bytes: make one with 'openssl rand -base64 32'"
            )
        }
        custody = .here(SymmetricKey(data: bytes))
    }

    /// Leaves wrapping and unwrapping to a program, such as one that asks a key management service.
    package init(command: KeyCommand) {
        custody = .elsewhere(command)
    }

    /// Whether asking for it goes to another program or over a network, and may work a moment later.
    package var isRemote: Bool {
        if case .elsewhere = custody { true } else { false }
    }

    /// A new data key.
    static func makeDataKey() -> SymmetricKey { SymmetricKey(size: .bits256) }

    /// Wraps a data key, and proves that it comes out again: whatever is sealed under one that does not is lost.
    ///
    /// - Throws: `StoreError.Code.undecipherable` when it does not, `.keyUnavailable` when the key's command fails.
    func wrap(_ dataKey: SymmetricKey) async throws -> [UInt8] {
        let bytes = dataKey.withUnsafeBytes { Array($0) }
        let wrapped: [UInt8]
        switch custody {
        case .here(let key): wrapped = SecretCipher.seal(bytes, with: key, context: Self.purpose)
        case .elsewhere(let command): wrapped = try await command.run(.wrap, bytes)
        }
        guard try await opened(wrapped) == dataKey else {
            throw StoreError(
                .undecipherable,
                "the key-encryption key does not unwrap a data key to what it wrapped, and nothing was stored: see "
                    + "that the --kms-command wraps and unwraps with the same key, and try again"
            )
        }
        return wrapped
    }

    /// - Throws: `StoreError.Code.undecipherable` when another key wrapped it, `.keyUnavailable` when the key's command
    ///   fails.
    func unwrap(_ wrapped: [UInt8]) async throws -> SymmetricKey {
        guard let dataKey = try await opened(wrapped) else {
            throw StoreError(
                .undecipherable,
                "the database's secrets were sealed under another key: start the hub with the secrets.key, the "
                    + "OTOMI_SECRETS_KEY or the --kms-command that belongs to it"
            )
        }
        return dataKey
    }

    /// What was wrapped; `nil` when that is no data key.
    private func opened(_ wrapped: [UInt8]) async throws -> SymmetricKey? {
        let bytes: [UInt8]?
        switch custody {
        case .here(let key): bytes = SecretCipher.open(wrapped, with: key, context: Self.purpose)
        case .elsewhere(let command): bytes = try await command.run(.unwrap, wrapped)
        }
        guard let bytes, bytes.count == Self.byteCount else { return nil }
        return SymmetricKey(data: bytes)
    }

    /// Tries `body` again, ever less often, while the key's program does not answer; a service that starts together with
    /// its key management must wait for it.
    ///
    /// - Throws: What the last try throws.
    func patiently<Value: Sendable>(
        attempts: Int = 6,
        sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        _ body: () async throws -> Value
    ) async throws -> Value {
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(15))
        while true {
            do { return try await body() } catch {
                guard let error = error as? StoreError, error.code == .keyUnavailable, backoff.attempts + 1 < attempts
                else { throw error }
                try await sleep(backoff.next())
            }
        }
    }
}
