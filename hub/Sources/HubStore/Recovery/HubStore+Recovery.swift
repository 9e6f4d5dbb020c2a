import Concurrency
import JSON
import Postgres
import Values

/// The time between a restored backup and an operator's word.
extension HubStore {
    static let floorColumns: SQL = "w.floor_generation, w.floor_timestamp"
    static let publicationTables: SQL = "\(clusterTables) LEFT JOIN restrained_clusters w ON w.cluster_id = c.id"

    /// Takes the database for restored: nothing is issued to a cluster until its agent was heard.
    ///
    /// - Parameters:
    ///   - cause: what it was found by.
    ///   - detail: what was found, in one sentence.
    ///   - knownRevision: the latest revision that the hub itself remembers; 0 where it does not.
    /// - Returns: whether a recovery was opened; not so when one is open.
    /// - Throws: `StoreError`.
    @discardableResult
    package func openRecovery(
        _ cause: Recovery.Cause,
        detail: String,
        knownRevision: Int64 = 0
    ) async throws -> Bool {
        let audit = AuditPlan<Bool> { isOpened in
            isOpened && cause == .operator ? [AuditEntry(.finishRecovery, "recovery", detail: "begun: \(detail)")] : []
        }
        return try await write("store.recovery.open", "the recovery was not opened", audit: audit) { connection in
            try open(cause, detail: detail, knownRevision: knownRevision, on: connection)
        }
    }

    /// Opens a recovery in a transaction that does something else as well; `false` when one is open.
    @discardableResult
    func open(
        _ cause: Recovery.Cause,
        detail: String,
        knownRevision: Int64 = 0,
        on connection: isolated PostgresConnection
    ) throws -> Bool {
        let now = clock()
        let opened = try connection.query(
            """
            INSERT INTO recoveries (cause, detail, opened_at, base_revision, base_audit, known_revision)
            SELECT \(cause.rawValue), \(detail), \(now), \(Self.latestNumber),
                (SELECT coalesce(max(sequence), 0) FROM audit_log), \(min(max(knownRevision, 0), 1 << 60))
            ON CONFLICT DO NOTHING
            RETURNING base_revision
            """
        ).first
        guard let opened else { return false }
        try connection.query(
            """
            INSERT INTO restrained_clusters (cluster_id, state, since, noted_root, base_generation, base_timestamp,
                base_revision)
            SELECT c.id, 'unheard', \(now), \(Self.newestRoot), c.generation, c.timestamp_version, \(Self.latestNumber)
            FROM clusters c JOIN agents a ON a.cluster_id = c.id WHERE c.revoked_at IS NULL
            ON CONFLICT DO NOTHING
            """
        )
        let revision: Int64 = try opened.get("base_revision")
        let data: JSONValue = ["cause": .string(cause.rawValue), "detail": .string(detail)]
        try emit([FleetEvent("fleet.restored", "fleet", revision: revision, data: data)], on: connection)
        try connection.query("SELECT pg_notify(\(Channel.cluster), '')")
        return true
    }

    /// Whether a recovery is open.
    ///
    /// - Throws: `StoreError`.
    package func isInRecovery() async throws -> Bool {
        try await read("the recovery cannot be read") { connection in
            try !connection.query("SELECT FROM recoveries WHERE finished_at IS NULL").isEmpty
        }
    }

    /// What is to be known at one glance.
    ///
    /// - Throws: `StoreError`.
    package func recoverySummary() async throws -> RecoverySummary {
        try await read("the recovery cannot be read") { connection in
            let answers = try connection.pipeline([
                """
                SELECT cause, detail, opened_at, base_revision, base_audit, known_revision FROM recoveries
                WHERE finished_at IS NULL
                """,
                "SELECT state, count(*) AS count FROM restrained_clusters GROUP BY state",
                """
                SELECT \(Self.latestNumber) AS revision, \(Self.newestRoot) AS root,
                    (SELECT coalesce(max(sequence), 0) FROM audit_log) AS audit,
                    coalesce(max(w.seen_revision), 0) AS seen_revision, coalesce(max(w.seen_root), 0) AS seen_root,
                    coalesce(max(w.seen_audit), 0) AS seen_audit
                FROM restrained_clusters w
                WHERE w.state <> 'dismissed' AND w.seen_revision - w.base_revision <= \(RecoveryLimits.plausibleStep)
                """,
            ])
            var counts: [RestrainedCluster.State: Int64] = [:]
            for row in answers[1] {
                guard let state = RestrainedCluster.State(rawValue: try row.get("state")) else { continue }
                counts[state] = try row.get("count")
            }
            let open = answers[0].first
            let here = answers[2][0]
            func beyond(_ known: String, _ seen: Int64) throws -> Int64? {
                seen > (try here.get(known, as: Int64.self)) ? seen : nil
            }
            let known: Int64 = try open?.get("known_revision") ?? 0
            return RecoverySummary(
                recovery: try open.map(Recovery.init(row:)),
                counts: counts,
                lostRevision: try beyond("revision", max(known, here.get("seen_revision"))),
                lostAudit: try beyond("audit", here.get("seen_audit")),
                lostRoot: try beyond("root", here.get("seen_root")),
                latestRevision: try here.get("revision")
            )
        }
    }

    /// One page of the clusters that are restrained, by name.
    ///
    /// `after`: the last name of the page before.
    ///
    /// - Throws: `StoreError`.
    package func restrainedClusters(after: String? = nil, limit: Int = 500) async throws -> [RestrainedCluster] {
        let limit = max(1, min(limit, 1_000))
        return try await read("restrained clusters cannot be read") { connection in
            try connection.query(
                "\(Self.selectRestrained) WHERE c.name > \(after ?? "") ORDER BY c.name LIMIT \(limit)"
            ).map(RestrainedCluster.init(row:))
        }
    }

    static let selectRestrained: SQL = """
        SELECT c.name, c.generation, c.timestamp_version, c.timestamp_expires, w.state, w.since, w.noted_at,
            w.seen_generation, w.seen_timestamp, w.seen_revision, w.seen_root, w.seen_audit, w.decided_by, s.last_seen,
            \(latestNumber) AS latest_revision, \(newestRoot) AS newest_root,
            (SELECT coalesce(max(sequence), 0) FROM audit_log) AS latest_audit
        FROM restrained_clusters w JOIN clusters c ON c.id = w.cluster_id
        LEFT JOIN agent_sightings s ON s.cluster_id = c.id
        """
}

extension Recovery {
    init(row: PostgresRow) throws {
        let text: String = try row.get("cause")
        guard let cause = Cause(rawValue: text) else {
            throw StoreError(.internal, "a recovery has the unknown cause '\(text)'")
        }
        self.init(
            cause: cause,
            detail: try row.get("detail"),
            openedAt: try row.get("opened_at"),
            baseRevision: try row.get("base_revision"),
            baseAudit: try row.get("base_audit")
        )
    }
}
