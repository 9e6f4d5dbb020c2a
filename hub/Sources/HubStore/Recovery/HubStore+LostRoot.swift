import Bundles
import Postgres
import Values

extension HubStore {
    /// Stores a root that the fleet has and this database lost; the caller has verified it.
    ///
    /// The hub keeps the keys that it has: those that the root does not list sign nothing any more.
    ///
    /// - Throws: `StoreError.Code.stale` when it does not follow the newest one.
    package func addLostRoot(version: Int64, bytes: [UInt8]) async throws {
        let now = clock()
        try await write(
            "store.recovery.root",
            "root version \(version) was not stored",
            audit: .entry(.finishRecovery, "root \(version)", detail: "SHA-256 \(Digest(of: bytes).hex), brought back")
        ) { connection in
            let added = try connection.query(
                """
                INSERT INTO root_metadata (version, bytes, created_at) SELECT \(version), \(bytes), \(now)
                WHERE (SELECT max(version) FROM root_metadata) + 1 = \(version) ON CONFLICT DO NOTHING
                """
            ).affected
            guard added == 1 else {
                throw StoreError(.stale, "root version \(version) does not follow the newest one: read it again")
            }
            try connection.query("SELECT pg_notify(\(Channel.root), \(String(version)))")
        }
    }
}
