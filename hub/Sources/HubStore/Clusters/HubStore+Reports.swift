package import Concurrency
import JSON
import Postgres

extension HubStore {
    /// Notes when agents were last heard of, all in one statement.
    ///
    /// - Parameter seen: by cluster id; clusters that are gone are passed over.
    /// - Throws: `StoreError`.
    package func touch(_ seen: [String: UnixTime]) async throws {
        guard !seen.isEmpty else { return }
        let ids = seen.keys.sorted()  // one order for everyone, so that two batches cannot deadlock
        let times = ids.compactMap { seen[$0] }
        try await writeOne("last sightings were not stored") { connection in
            try connection.query(
                """
                INSERT INTO agent_sightings (cluster_id, last_seen)
                SELECT t.id, t.seen FROM unnest(\(ids), \(times)) AS t (id, seen)
                JOIN clusters c ON c.id = t.id
                ON CONFLICT (cluster_id) DO UPDATE
                SET last_seen = greatest(agent_sightings.last_seen, excluded.last_seen)
                """
            )
        }
    }

    /// Stores an agent's report, unless it is older than what is stored.
    ///
    /// Within one boot of the agent the sequence decides; a new boot replaces the old one, whose late reports are refused.
    /// Others are only notified when the report says something new.
    ///
    /// - Returns: whether it was taken.
    /// - Throws: `StoreError.Code.conflict` when the cluster does not exist.
    package func record(_ report: AgentReport, clusterID: String) async throws -> Bool {
        let now = clock()
        return try await writeOne("the report of cluster \(clusterID) was not stored") { connection in
            let stored = try connection.query(
                """
                WITH previous AS (
                    SELECT state, generation, revision, body - 'sequence' - 'observedAt' AS said
                    FROM cluster_reports WHERE cluster_id = \(clusterID)
                ), stored AS (
                    INSERT INTO cluster_reports AS r (cluster_id, boot_id, sequence, generation, revision, state,
                        state_since, received_at, body)
                    VALUES (\(clusterID), \(report.bootID), \(report.sequence), \(report.generation), \(report.revision),
                        \(report.state), \(now), \(now), \(report.body))
                    ON CONFLICT (cluster_id) DO UPDATE SET boot_id = excluded.boot_id,
                        previous_boot_id = CASE WHEN r.boot_id = excluded.boot_id THEN r.previous_boot_id
                            ELSE r.boot_id END,
                        sequence = excluded.sequence, generation = excluded.generation, revision = excluded.revision,
                        state = excluded.state, received_at = excluded.received_at, body = excluded.body,
                        state_since = CASE WHEN r.state = excluded.state THEN r.state_since
                            ELSE excluded.state_since END
                    WHERE CASE WHEN r.boot_id = excluded.boot_id THEN r.sequence < excluded.sequence
                        ELSE r.previous_boot_id IS DISTINCT FROM excluded.boot_id END
                    RETURNING r.body - 'sequence' - 'observedAt' AS said
                )
                SELECT CASE WHEN NOT EXISTS (SELECT FROM previous p WHERE p.said = s.said)
                    THEN pg_notify(\(Channel.report), \(clusterID)) END IS NULL AS is_same
                FROM stored s
                """
            )
            return !stored.isEmpty
        }
    }
}
