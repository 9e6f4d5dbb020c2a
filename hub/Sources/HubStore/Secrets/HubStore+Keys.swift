import Concurrency
import Crypto
import JSON
package import Postgres
import Values

extension HubStore {
    /// Reads the data keys that other replicas have made, and forgets those that were dropped.
    ///
    /// - Throws: `StoreError`.
    package func readDataKeys() async throws {
        let ring = cipher.ring
        let stored = try await DataKeys.read(pool)
        let known = ring.numbers
        var fresh: [Int64: SymmetricKey] = [:]
        for wrapped in stored where !known.contains(wrapped.number) {
            fresh[wrapped.number] = try await ring.encryptionKey.unwrap(wrapped.bytes)
        }
        ring.update(adding: fresh, keeping: Set(stored.map(\.number)))
    }

    /// Makes a new data key, which seals everything from now on; what is sealed under the others is sealed anew in the
    /// background (`renewSecrets`).
    ///
    /// - Throws: `StoreError.Code.undecipherable` when the keys were wrapped under another key-encryption key than this
    ///   hub was started with, `.keyUnavailable`.
    package func rotateDataKey() async throws {
        let encryptionKey = cipher.ring.encryptionKey
        for _ in 0..<Self.rotationAttempts {
            guard let latest = try await DataKeys.read(pool).last else { break }
            // A hub with an outdated key-encryption key must not make a data key that the others cannot open.
            _ = try await encryptionKey.unwrap(latest.bytes)
            let wrapped = try await encryptionKey.wrap(KeyEncryptionKey.makeDataKey())
            let isAdded = try await DataKeys.add(wrapped, after: latest, now: clock(), to: pool) { number, connection in
                try append([AuditEntry(.rotateSecrets, "data key \(number)", detail: "made")], on: connection)
            }
            if isAdded { return try await readDataKeys() }
        }
        throw StoreError(.stale, "others changed the data keys at the same time: look at them, and rotate again")
    }

    private static let rotationAttempts = 4

    /// Wraps every data key under `new` instead of `old`, in one step; nothing that is sealed changes.
    ///
    /// Hubs that run have their data keys in memory and go on; from then on each starts with the new key only.
    ///
    /// - Returns: how many data keys there are.
    /// - Throws: `StoreError.Code.undecipherable` when `old` is not the key that they are wrapped under; then nothing has
    ///   changed.
    package static func changeKeyEncryptionKey(
        in pool: PostgresPool,
        from old: KeyEncryptionKey,
        to new: KeyEncryptionKey
    ) async throws -> Int {
        for _ in 0..<rotationAttempts {
            let stored = try await DataKeys.read(pool)
            var rewrapped: [DataKeys.Wrapped] = []
            for key in stored {
                let wrapped = try await new.wrap(try await old.unwrap(key.bytes))
                rewrapped.append(DataKeys.Wrapped(number: key.number, bytes: wrapped))
            }
            if try await DataKeys.replace(stored, by: rewrapped, in: pool) { return stored.count }
        }
        throw StoreError(.stale, "others changed the data keys at the same time: try again")
    }

    /// Every data key and how much is still sealed under it.
    ///
    /// - Throws: `StoreError`.
    package func dataKeys() async throws -> [DataKey] {
        try await read("the data keys cannot be read") { connection in
            let keys = try connection.query("SELECT id, created_at FROM data_keys ORDER BY id").map { row in
                (number: try row.get(0, as: Int64.self), createdAt: try row.get(1, as: UnixTime.self))
            }
            return try keys.map { key in
                DataKey(
                    number: key.number,
                    createdAt: key.createdAt,
                    isCurrent: key.number == keys.last?.number,
                    uses: try Self.uses(of: [key.number], on: connection)
                )
            }
        }
    }

    /// How many rows hold something that is sealed under one of these keys.
    static func uses(of numbers: [Int64], on connection: isolated PostgresConnection) throws -> Int {
        let pattern = SealedColumn.pattern(of: numbers)
        var count: Int = try connection.query(
            "SELECT count(*) FROM documents WHERE spec::text ~ \(SealedColumn.specPattern(of: numbers))"
        )[0].get(0)
        count += try connection.query(
            "SELECT count(*) FROM draft_edits WHERE spec::text ~ \(SealedColumn.specPattern(of: numbers))"
        )[0].get(0, as: Int.self)
        for column in SealedColumn.all {
            count += try connection.query(
                "SELECT count(*) FROM \(identifier: column.table) WHERE \(identifier: column.column) ~ \(pattern)"
            )[0].get(0, as: Int.self)
        }
        return count
    }
}
