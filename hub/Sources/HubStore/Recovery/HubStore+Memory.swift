import Bundles
import Postgres

extension HubStore {
    /// How far the database is.
    ///
    /// - Throws: `StoreError`.
    package func memory() async throws -> HubMemory {
        try await read("how far the database is cannot be read") { connection in try memory(on: connection) }
    }

    private func memory(on connection: isolated PostgresConnection) throws -> HubMemory {
        let answers = try connection.pipeline([
            "SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1",
            """
            SELECT \(Self.latestNumber) AS revision, \(Self.newestRoot) AS root,
                (SELECT coalesce(sum(timestamp_version), 0)::bigint FROM clusters) AS timestamps
            """,
        ])
        return HubMemory(
            audit: try answers[0].first.map(AuditHead.init(row:)),
            revision: try answers[1][0].get("revision"),
            root: try answers[1][0].get("root"),
            timestamps: try answers[1][0].get("timestamps")
        )
    }

    /// Opens a recovery when the database lacks what the hub remembers.
    ///
    /// - Returns: what it lacks, in one sentence; `nil` when it goes on from there.
    /// - Throws: `StoreError`.
    package func compare(with memory: HubMemory) async throws -> String? {
        let (now, isAuditThere) = try await read("how far the database is cannot be read") { connection in
            let now = try self.memory(on: connection)
            guard let audit = memory.audit else { return (now, true) }
            let found = try connection.query(
                "SELECT 1 FROM audit_log WHERE sequence = \(audit.sequence) AND hash = \(audit.hash.bytes)"
            )
            return (now, !found.isEmpty)
        }
        guard let lack = memory.isForgotten(by: now, isAuditThere: isAuditThere) else { return nil }
        try await openRecovery(.memory, detail: lack, knownRevision: memory.revision)
        return lack
    }
}
