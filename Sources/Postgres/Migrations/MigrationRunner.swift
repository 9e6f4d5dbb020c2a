package import Logging

/// One numbered step of the schema.
package struct Migration: Hashable, Sendable {
    package let version: Int
    package let name: String
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Brings a database's schema to where the program needs it; forward only.
///
/// Every step is one transaction together with its record. The record holds the SHA-256 of the step's text: a step that was
/// changed after it had been applied, or a database that is further than the program, is refused.
package struct MigrationRunner: Sendable {
    /// Any fixed number; replicas that start together take turns on it.
    static let advisoryLock: Int64 = 0x6F74_6F6D_695F_6462

    package let migrations: [Migration]
    private let logger: Logger

    package init(_ migrations: [Migration], logger: Logger) {
        self.migrations = migrations.sorted { $0.version < $1.version }
        self.logger = logger
    }

    /// Applies what is missing and returns the versions that were applied.
    ///
    /// - Throws: `PostgresError.Code.migration` when database and program have diverged or a step fails.
    @discardableResult
    package func apply(to pool: PostgresPool) async throws -> [Int] {
        let applied = try await pool.withConnection { connection in
            try connection.query("SELECT pg_advisory_lock(\(Self.advisoryLock))")
            defer { _ = try? connection.query("SELECT pg_advisory_unlock(\(Self.advisoryLock))") }
            return try apply(on: connection)
        }
        if !applied.isEmpty { logger.info("schema migrated to version \(applied.last ?? 0)") }
        return applied
    }

    private func apply(on connection: isolated PostgresConnection) throws -> [Int] {
        try connection.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        let recorded = try connection.query("SELECT version, name, checksum FROM schema_migrations ORDER BY version")
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.version, $0) })
        for row in recorded {
            let version = try row.get(0, as: Int.self)
            guard let migration = known[version] else {
                throw PostgresError(
                    .migration,
                    "the database is at schema version \(version), which this program does not know: start a newer one"
                )
            }
            guard try checksum(of: migration, connection) == row.get(2, as: String.self) else {
                throw PostgresError(
                    .migration,
                    "schema version \(version) ('\(migration.name)') was changed after it had been applied: "
                        + "restore its text, and put the change into a new version"
                )
            }
        }
        let done = Set(try recorded.map { row throws(PostgresError) in try row.get(0, as: Int.self) })
        let missing = migrations.filter { !done.contains($0.version) }
        if let first = missing.first, let last = done.max(), first.version < last {
            throw PostgresError(
                .migration,
                "schema version \(first.version) is missing in a database that is at \(last): the histories diverged"
            )
        }
        for migration in missing { try apply(migration, on: connection) }
        return missing.map(\.version)
    }

    private func apply(_ migration: Migration, on connection: isolated PostgresConnection) throws {
        let checksum = try checksum(of: migration, connection)
        do {
            try connection.transaction { connection in
                try connection.script("SET LOCAL statement_timeout = 0")
                try connection.script(migration.sql)
                try connection.query(
                    """
                    INSERT INTO schema_migrations (version, name, checksum)
                    VALUES (\(migration.version)::bigint, \(migration.name), \(checksum))
                    """
                )
            }
        } catch let error as PostgresError {
            throw PostgresError(
                .migration,
                "schema version \(migration.version) ('\(migration.name)') failed: \(error.message)",
                sqlState: error.sqlState
            )
        }
    }

    private func checksum(of migration: Migration, _ connection: isolated PostgresConnection) throws -> String {
        try connection.query("SELECT encode(sha256(\(Array(migration.sql.utf8))), 'hex')")[0].get(0)
    }
}
