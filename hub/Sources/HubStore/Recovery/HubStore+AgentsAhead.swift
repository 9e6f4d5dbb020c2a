import Concurrency
import JSON
import Postgres

/// Finds agents that have seen more than the database knows.
extension HubStore {
    static let newestRoot: SQL = "(SELECT coalesce(max(version), 0) FROM root_metadata)"
    static let latestNumber: SQL = "(SELECT coalesce(max(number), 0) FROM revisions)"
    private static let latestEntry: SQL = "(SELECT coalesce(max(sequence), 0) FROM audit_log)"
    /// How many claims are noted at once; the next look finds the others.
    private static let claimsAtOnce = 1_000

    /// Whether the row `w` of a cluster keeps everything from it.
    ///
    /// A root that is newer than the claim ends it: whoever had signed versions with a stolen key has lost the key with that
    /// root, and agents forget them. A claim that still holds is made again.
    static let restrains: SQL = """
        (w.state = 'unheard' OR (w.state = 'ahead' AND w.noted_root >= \(newestRoot)))
        """

    /// Those clusters whose agents were not heard since the recovery began; empty outside of one.
    ///
    /// - Throws: `StoreError`.
    package func unheardClusters() async throws -> Set<String> {
        try await read("clusters that were not heard cannot be read") { connection in
            let rows = try connection.query("SELECT cluster_id FROM restrained_clusters WHERE state = 'unheard'")
            return Set(try rows.map { row throws(PostgresError) in try row.get(0, as: String.self) })
        }
    }

    /// Notes that an agent has spoken, and has seen no more than the database knows: its cluster is an ordinary one again.
    ///
    /// - Throws: `StoreError`.
    package func noteHeard(clusterID: String) async throws {
        try await writeOne("cluster \(clusterID) was not noted as heard", notAudited: "follows from what agents say") {
            connection in
            try connection.query(
                "DELETE FROM restrained_clusters WHERE cluster_id = \(clusterID) AND state = 'unheard'"
            )
        }
    }

    /// Notes what an agent says it has seen, if that is more than the database knows; nothing is issued to its cluster then.
    ///
    /// A claim concerns its own cluster alone, and moves none of its counters; enough of them put the fleet into recovery.
    ///
    /// - Returns: whether it is ahead.
    /// - Throws: `StoreError`.
    @discardableResult
    package func note(_ seen: SeenCounters, by agent: AgentIdentity) async throws -> Bool {
        try await note([Claim(clusterID: agent.clusterID, keyID: agent.keyID, seen: seen)]) > 0
    }

    /// Looks for clusters whose last report tells of more than the database knows, and notes them.
    ///
    /// Nothing is written when there is none.
    ///
    /// - Returns: how many were noted.
    /// - Throws: `StoreError`.
    @discardableResult
    package func noteReportsAhead() async throws -> Int {
        let claims = try await read("reports cannot be compared with what is stored") { connection in
            try connection.query(
                """
                WITH here AS (
                    SELECT \(Self.newestRoot) AS root, \(Self.latestNumber) AS revision, \(Self.latestEntry) AS audit,
                        (SELECT created_at FROM root_metadata ORDER BY version DESC LIMIT 1) AS root_since
                )
                SELECT c.id, a.key_id, r.generation, r.revision, r.audit_sequence AS audit
                FROM here, cluster_reports r JOIN clusters c ON c.id = r.cluster_id
                JOIN agents a ON a.cluster_id = c.id LEFT JOIN restrained_clusters w ON w.cluster_id = c.id
                WHERE (r.generation > c.generation OR r.revision > here.revision OR r.audit_sequence > here.audit)
                    AND c.revoked_at IS NULL AND r.received_at >= here.root_since
                    AND (w.cluster_id IS NULL OR w.state = 'unheard' OR w.noted_root < here.root
                        OR ((w.state <> 'dismissed' OR w.key_id IS DISTINCT FROM a.key_id)
                            AND (r.generation > w.seen_generation OR r.revision > w.seen_revision
                                OR r.audit_sequence > w.seen_audit)))
                LIMIT \(Self.claimsAtOnce)
                """
            ).map { row in
                Claim(
                    clusterID: try row.get("id"),
                    keyID: try row.get("key_id"),
                    seen: SeenCounters(
                        generation: try row.get("generation"),
                        revision: try row.get("revision"),
                        audit: try row.get("audit")
                    )
                )
            }
        }
        return claims.isEmpty ? 0 : try await note(claims)
    }

    /// Clears away what restrains no cluster any more: floors that were passed, and claims that a newer root has ended.
    ///
    /// - Returns: how many clusters are in which state after it.
    /// - Throws: `StoreError`.
    package func tidyRestrainedClusters() async throws -> [RestrainedCluster.State: Int64] {
        let states = try await read("restrained clusters cannot be read") { connection in
            try connection.query("SELECT state, count(*) AS count FROM restrained_clusters GROUP BY state").map { row in
                (RestrainedCluster.State(rawValue: try row.get("state")), try row.get("count", as: Int64.self))
            }
        }
        let counts = Dictionary(states.compactMap { state, count in state.map { ($0, count) } }, uniquingKeysWith: +)
        guard counts[.accepted] != nil || counts[.ahead] != nil else { return counts }
        try await writeOne("floors that were passed were not cleared away", notAudited: "follows from publications") {
            connection in
            try connection.query(
                """
                DELETE FROM restrained_clusters w USING clusters c WHERE c.id = w.cluster_id AND (
                    (w.state = 'accepted' AND c.generation > w.floor_generation
                        AND c.timestamp_version > w.floor_timestamp)
                    OR (w.state = 'ahead' AND w.noted_root < \(Self.newestRoot)))
                """
            )
        }
        return counts
    }

    /// The condition on a cluster's row that its agent has not seen the counters of the publication `n`, nor higher ones.
    static var passesWhatWasSeen: SQL {
        """
        NOT EXISTS (
            SELECT FROM restrained_clusters w WHERE w.cluster_id = clusters.id AND (\(restrains)
                OR (w.state = 'accepted'
                    AND (w.floor_generation >= n.generation OR w.floor_timestamp >= n.timestamp_version))))
        AND NOT EXISTS (
            SELECT FROM cluster_reports r WHERE r.cluster_id = clusters.id AND r.generation >= n.generation
                AND r.received_at >= (SELECT created_at FROM root_metadata ORDER BY version DESC LIMIT 1)
                AND NOT EXISTS (
                    SELECT FROM restrained_clusters w JOIN agents a ON a.cluster_id = w.cluster_id
                    WHERE w.cluster_id = clusters.id AND w.state = 'dismissed' AND w.key_id = a.key_id))
        """
    }

    // MARK: - Claims

    /// What the agent with a key says of its own cluster.
    private struct Claim: Sendable {
        let clusterID: String
        let keyID: String
        let seen: SeenCounters
    }

    private func note(_ claims: [Claim]) async throws -> Int {
        let claims = claims.sorted { $0.clusterID < $1.clusterID }  // one order for everyone
        return try await write(
            "store.recovery.note",
            "what agents have seen was not stored",
            audit: .notAudited("what agents say; it is a security event")
        ) { connection in
            let ids = claims.map(\.clusterID)
            let known = try connection.query(
                """
                SELECT cluster_id FROM restrained_clusters
                WHERE cluster_id = ANY (\(ids)) AND state = 'ahead' ORDER BY cluster_id FOR UPDATE
                """
            )
            let before = Set(try known.map { row throws(PostgresError) in try row.get(0, as: String.self) })
            let noted = try insert(claims, on: connection)
            for row in noted where !before.contains(try row.get("id")) { try tell(of: row, on: connection) }
            if !noted.isEmpty { try openByQuorum(on: connection) }
            return noted.count
        }
    }

    private func insert(_ claims: [Claim], on connection: isolated PostgresConnection) throws -> [PostgresRow] {
        let now = clock()
        let seen = claims.map(\.seen)
        let newer: SQL = "w.noted_root < excluded.noted_root"
        func highest(_ column: SQL) -> SQL {
            "\(column) = CASE WHEN \(newer) THEN excluded.\(column) ELSE greatest(w.\(column), excluded.\(column)) END"
        }
        return try connection.query(
            """
            WITH noted AS (
                INSERT INTO restrained_clusters AS w (cluster_id, state, since, noted_at, key_id, noted_root,
                    base_generation, base_timestamp, base_revision,
                    seen_generation, seen_timestamp, seen_revision, seen_root, seen_audit)
                SELECT c.id, 'ahead', \(now), \(now), t.key_id, here.root, c.generation, c.timestamp_version,
                    here.revision, t.generation, t.timestamp_version, t.revision, t.root, t.audit
                FROM unnest(
                    \(claims.map(\.clusterID)), \(claims.map(\.keyID)), \(seen.map(\.generation)),
                    \(seen.map(\.timestamp)), \(seen.map(\.revision)), \(seen.map(\.root)), \(seen.map(\.audit))
                ) AS t (id, key_id, generation, timestamp_version, revision, root, audit)
                JOIN clusters c ON c.id = t.id
                CROSS JOIN (
                    SELECT \(Self.newestRoot) AS root, \(Self.latestNumber) AS revision, \(Self.latestEntry) AS audit
                ) AS here
                WHERE c.revoked_at IS NULL AND (t.generation > c.generation
                    OR t.timestamp_version > c.timestamp_version OR t.revision > here.revision OR t.root > here.root
                    OR t.audit > here.audit)
                ON CONFLICT (cluster_id) DO UPDATE SET state = 'ahead', noted_at = excluded.noted_at,
                    key_id = excluded.key_id, noted_root = excluded.noted_root, decided_at = NULL, decided_by = NULL,
                    \(highest("seen_generation")), \(highest("seen_timestamp")), \(highest("seen_revision")),
                    \(highest("seen_root")), \(highest("seen_audit"))
                WHERE (w.state <> 'dismissed' OR w.key_id <> excluded.key_id) AND (w.state = 'unheard' OR \(newer)
                    OR excluded.seen_generation > w.seen_generation OR excluded.seen_timestamp > w.seen_timestamp
                    OR excluded.seen_revision > w.seen_revision OR excluded.seen_root > w.seen_root
                    OR excluded.seen_audit > w.seen_audit)
                RETURNING w.*
            )
            SELECT c.id, c.name, c.generation, n.seen_generation, n.seen_timestamp, n.seen_revision, n.seen_root
            FROM noted n JOIN clusters c ON c.id = n.cluster_id
            """
        ).map { $0 }
    }

    /// Tells people of a cluster that is ahead since now.
    private func tell(of row: PostgresRow, on connection: isolated PostgresConnection) throws {
        let (id, name): (String, String) = (try row.get("id"), try row.get("name"))
        try insert(
            SecurityEvent(
                .agentAhead,
                subject: name,
                clusterID: id,
                detail: "Its agent has seen more than the database knows: the database was restored from a backup, or "
                    + "somebody else signs for this hub, or the agent lies."
            ),
            on: connection
        )
        let seen = JSONValue.members([
            "generation": try row.get("seen_generation", as: Int64.self),
            "timestamp": try row.get("seen_timestamp", as: Int64.self),
            "revision": try row.get("seen_revision", as: Int64.self),
            "root": try row.get("seen_root", as: Int64.self),
        ])
        let event = FleetEvent("cluster.ahead", "cluster \(name)", cluster: name, data: ["seen": seen])
        try emit([event], on: connection)
        try connection.query("SELECT pg_notify(\(Channel.cluster), \(id))")
    }

    /// Takes the fleet for restored once several of its clusters are ahead.
    private func openByQuorum(on connection: isolated PostgresConnection) throws {
        let row = try connection.query(
            """
            SELECT (SELECT count(*) FROM restrained_clusters w WHERE w.state = 'ahead' AND \(Self.restrains)) AS ahead,
                (SELECT count(*) FROM agents a JOIN clusters c ON c.id = a.cluster_id WHERE c.revoked_at IS NULL)
                    AS agents
            """
        )[0]
        let ahead: Int64 = try row.get("ahead")
        guard ahead >= RecoveryLimits.quorum(agents: try row.get("agents")) else { return }
        let what = ahead == 1 ? "The agent of one cluster has" : "The agents of \(ahead) clusters have"
        try open(.agents, detail: "\(what) seen more than the database knows.", on: connection)
    }
}
