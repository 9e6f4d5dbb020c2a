package import Bundles
import Concurrency
import Postgres

/// The audit log: written in the transactions of what it tells, read, and verified.
extension HubStore {
    /// Writers of the log take turns on this advisory lock, from their row until their commit.
    static let auditLock: Int64 = 0x6F74_6F6D_695F_6175

    /// How many rows one step of a verification looks at.
    package static let verificationStep = 20_000

    /// Writes down what was refused to the actor.
    ///
    /// - Throws: `StoreError`.
    package func noteRefusal(_ entry: AuditEntry) async throws {
        try await unbound.write("store.audit", "a refusal was not written down", audit: .entries { _ in [entry] }) {
            _ in
        }
    }

    /// Appends rows, and the events that tell of them; they count when the transaction does.
    func append(_ entries: [AuditEntry], on connection: isolated PostgresConnection) throws {
        guard !entries.isEmpty else { return }
        // Before the lock: whoever holds it keeps all the others from theirs.
        try insert(entries.compactMap { entry in entry.event.map { ($0, entry.actor ?? actor) } }, on: connection)
        let now = clock()
        let answers = try connection.pipeline([
            "SELECT pg_advisory_xact_lock(\(Self.auditLock))",
            "SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1",
        ])
        var head = try answers[1].first.map(AuditHead.init(row:))
        var insertions: [SQL] = []
        for entry in entries {
            let record = AuditRecord(entry, by: entry.actor ?? actor, at: now, after: head)
            insertions.append(record.insertion)
            head = AuditHead(sequence: record.sequence, hash: record.hash)
        }
        try connection.pipeline(insertions)
    }

    /// The latest entry; `nil` before the first.
    ///
    /// - Throws: `StoreError`.
    package func auditHead() async throws -> AuditHead? {
        try await read("the audit log cannot be read") { connection in
            try connection.query("SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1")
                .first.map(AuditHead.init(row:))
        }
    }

    /// Entries, the newest first.
    ///
    /// - Throws: `StoreError`.
    package func auditRecords(
        _ filter: AuditFilter,
        before: Int64? = nil,
        limit: Int = 100
    ) async throws -> [AuditRecord] {
        let limit = max(1, min(limit, 1_000))
        let bound = before ?? .max
        return try await read("the audit log cannot be read") { connection in
            try connection.query(
                """
                SELECT \(AuditRecord.columns) FROM audit_log
                WHERE sequence < \(bound)
                    AND (\(filter.actor)::text IS NULL OR actor = \(filter.actor))
                    AND (\(filter.object)::text IS NULL OR object = \(filter.object))
                    AND (\(filter.since)::timestamptz IS NULL OR at >= \(filter.since))
                ORDER BY sequence DESC LIMIT \(limit)
                """
            ).map(AuditRecord.init(row:))
        }
    }

    /// Looks at the next rows after `head` whether each follows from the one before, and at the end whether everything is
    /// there that agents have heard of.
    ///
    /// - Throws: `StoreError`.
    package func verifyAudit(after head: AuditHead? = nil) async throws -> AuditVerification {
        try await read("the audit log cannot be verified") { connection in
            let rows = try connection.query(
                """
                SELECT \(AuditRecord.columns) FROM audit_log WHERE sequence > \(head?.sequence ?? 0)
                ORDER BY sequence LIMIT \(Self.verificationStep)
                """
            )
            var verification = AuditVerification(after: head)
            for row in rows where verification.fault == nil { verification.take(try AuditRecord(row: row)) }
            guard rows.count < Self.verificationStep, verification.fault == nil else { return verification }
            verification.isComplete = true
            verification.fault = try missedByAgents(on: connection)
            return verification
        }
    }

    /// What a cluster's agent has heard of and the log does not have; `nil` when there is nothing of the kind.
    private func missedByAgents(on connection: isolated PostgresConnection) throws -> AuditVerification.Fault? {
        let heard = try connection.query(
            """
            SELECT c.name, r.body -> 'audit' AS audit FROM cluster_reports r JOIN clusters c ON c.id = r.cluster_id
            WHERE r.body ? 'audit' ORDER BY c.name
            """
        )
        var heads: [(cluster: String, head: AuditHead)] = []
        for row in heard {
            guard let head = try? AuditHead(json: row.get("audit")) else { continue }
            heads.append((try row.get("name"), head))
        }
        let stored = try connection.query(
            "SELECT sequence, hash FROM audit_log WHERE sequence = ANY (\(heads.map { $0.head.sequence }))"
        )
        let known = Set(try stored.map(AuditHead.init(row:)))
        return heads.filter { !known.contains($0.head) }.min { $0.head.sequence < $1.head.sequence }.map { missed in
            AuditVerification.Fault(
                sequence: missed.head.sequence,
                message: "the agent of cluster '\(missed.cluster)' has heard of this entry with the hash "
                    + "\(missed.head.hash.hex.prefix(12))…, and it is not there: entries were cut off or written anew"
            )
        }
    }
}

extension AuditHead {
    init(row: PostgresRow) throws {
        let bytes: [UInt8] = try row.get("hash")
        guard let hash = Digest(bytes: bytes) else { throw StoreError(.internal, "an audit row has no hash") }
        self.init(sequence: try row.get("sequence"), hash: hash)
    }
}
