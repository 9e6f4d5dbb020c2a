import Concurrency
import Crypto
import Postgres

/// The table of wrapped data keys.
///
/// The one with the highest number seals what is new; the others open what is old, until nothing is sealed under them.
enum DataKeys {
    /// Keys are made one after the other, so that their numbers have an order.
    private static let lock: Int64 = 0x6F74_6F6D_695F_646B

    struct Wrapped: Equatable, Sendable {
        let number: Int64
        let bytes: [UInt8]
    }

    static func read(_ pool: PostgresPool) async throws -> [Wrapped] {
        do {
            return try await pool.withConnection { connection in try read(on: connection) }
        } catch let error as PostgresError {
            throw StoreError(error, "the data keys cannot be read")
        }
    }

    /// All keys unwrapped; makes the first one when there is none.
    static func readOrCreate(
        _ pool: PostgresPool,
        under key: KeyEncryptionKey,
        now: UnixTime
    ) async throws -> [Int64: SymmetricKey] {
        var stored = try await read(pool)
        if stored.isEmpty {
            let fresh = try await key.wrap(KeyEncryptionKey.makeDataKey())
            // The first replica's key wins; everybody reads what is stored.
            stored = try await write(pool) { connection in
                try connection.query(
                    """
                    INSERT INTO data_keys (id, wrapped, created_at) VALUES (1, \(fresh), \(now))
                    ON CONFLICT (id) DO NOTHING
                    """
                )
                return try read(on: connection)
            }
        }
        var keys: [Int64: SymmetricKey] = [:]
        for wrapped in stored { keys[wrapped.number] = try await key.unwrap(wrapped.bytes) }
        return keys
    }

    /// Adds a key behind `latest`, and does in the same transaction what `alongside` says with its number.
    ///
    /// - Returns: false when there is another latest one meanwhile.
    static func add(
        _ wrapped: [UInt8],
        after latest: Wrapped,
        now: UnixTime,
        to pool: PostgresPool,
        alongside: @Sendable (Int64, isolated PostgresConnection) throws -> Void
    ) async throws -> Bool {
        try await write(pool) { connection in
            guard try read(on: connection).last == latest else { return false }
            let number = latest.number + 1
            try alongside(number, connection)
            try connection.pipeline([
                "INSERT INTO data_keys (id, wrapped, created_at) VALUES (\(number)::integer, \(wrapped), \(now))",
                "SELECT pg_notify(\(Channel.dataKeys), \(String(number)))",
            ])
            return true
        }
    }

    /// Replaces the wrapping of all keys at once.
    ///
    /// - Returns: false when they are not what `old` says.
    static func replace(_ old: [Wrapped], by new: [Wrapped], in pool: PostgresPool) async throws -> Bool {
        try await write(pool) { connection in
            guard try read(on: connection) == old else { return false }
            for key in new {
                try connection.query(
                    "UPDATE data_keys SET wrapped = \(key.bytes) WHERE id = \(key.number)::integer"
                )
            }
            return true
        }
    }

    private static func read(on connection: isolated PostgresConnection) throws -> [Wrapped] {
        try connection.query("SELECT id, wrapped FROM data_keys ORDER BY id").map { row in
            Wrapped(number: try row.get(0), bytes: try row.get(1))
        }
    }

    private static func write<Value: Sendable>(
        _ pool: PostgresPool,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.withTransaction(name: "store.dataKeys") { connection in
                try connection.query("SELECT pg_advisory_xact_lock(\(lock))")
                return try body(connection)
            }
        } catch let error as PostgresError {
            throw StoreError(error, "the data keys cannot be written")
        }
    }
}
