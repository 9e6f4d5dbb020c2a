package import Concurrency
package import JSON
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
        try await writeOne("last sightings were not stored", notAudited: "agents' sightings") { connection in
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
    /// A delta is merged onto the stored report under the lock of its row, so that any replica may take it. Others are only
    /// notified when the report says something new.
    ///
    /// - Parameters:
    ///   - report: whole, or a delta.
    ///   - clusterID: the cluster that it is about.
    ///   - merge: makes the whole of the stored report and a delta; `nil` when the one is not based on the other.
    /// - Returns: whether it was taken, and if not, why.
    /// - Throws: `StoreError.Code.conflict` when the cluster does not exist.
    package func record(
        _ report: AgentReport,
        clusterID: String,
        merge: @Sendable (_ stored: JSONValue) throws -> JSONValue? = { _ in nil }
    ) async throws -> ReportOutcome {
        let failure = "the report of cluster \(clusterID) was not stored"
        guard let base = report.base else {
            return try await writeOne(failure, notAudited: "an agent's report") { connection in
                try store(report, body: report.body, clusterID: clusterID, on: connection)
            }
        }
        return try await write("store.report", failure, audit: .notAudited("an agent's report")) { connection in
            let stored = try connection.query(
                """
                SELECT boot_id, sequence, earlier_boot_ids, body FROM cluster_reports
                WHERE cluster_id = \(clusterID) FOR UPDATE
                """
            ).first
            guard let stored else { return .needsFull }
            let (boot, sequence): (String, Int64) = (try stored.get("boot_id"), try stored.get("sequence"))
            if boot == report.bootID, sequence >= report.sequence { return .outdated }
            if try stored.get("earlier_boot_ids", as: [String].self).contains(report.bootID) { return .outdated }
            guard boot == report.bootID, sequence == base, let body = try merge(stored.get("body")) else {
                return .needsFull
            }
            return try store(report, body: body, clusterID: clusterID, on: connection)
        }
    }

    /// Puts the whole report `body` in the cluster's row, unless a newer one is there.
    private func store(
        _ report: AgentReport,
        body: JSONValue,
        clusterID: String,
        on connection: isolated PostgresConnection
    ) throws -> ReportOutcome {
        let now = clock()
        let since = min(report.observedAt ?? now, now)
        let stored = try connection.query(
            """
            WITH previous AS (
                SELECT state, generation, revision, body - 'sequence' - 'observedAt' - 'objects' AS said
                FROM cluster_reports WHERE cluster_id = \(clusterID)
            ), stored AS (
                INSERT INTO cluster_reports AS r (cluster_id, boot_id, sequence, generation, revision, state,
                    state_since, received_at, body)
                VALUES (\(clusterID), \(report.bootID), \(report.sequence), \(report.generation), \(report.revision),
                    \(report.state), \(since), \(now), \(body))
                ON CONFLICT (cluster_id) DO UPDATE SET boot_id = excluded.boot_id,
                    previous_boot_id = CASE WHEN r.boot_id = excluded.boot_id THEN r.previous_boot_id
                        ELSE r.boot_id END,
                    earlier_boot_ids = CASE WHEN r.boot_id = excluded.boot_id THEN r.earlier_boot_ids
                        ELSE (r.earlier_boot_ids || r.boot_id)[greatest(cardinality(r.earlier_boot_ids) - 14, 1):] END,
                    sequence = excluded.sequence, generation = excluded.generation, revision = excluded.revision,
                    state = excluded.state, received_at = excluded.received_at, body = excluded.body,
                    state_since = CASE WHEN r.state = excluded.state THEN r.state_since
                        ELSE excluded.state_since END
                WHERE CASE WHEN r.boot_id = excluded.boot_id THEN r.sequence < excluded.sequence
                    ELSE r.previous_boot_id IS DISTINCT FROM excluded.boot_id
                        AND excluded.boot_id <> ALL (r.earlier_boot_ids) END
                RETURNING r.generation, r.state, r.body - 'sequence' - 'observedAt' - 'objects' AS said
            ), news AS (
                SELECT s.generation, s.state, (p.generation, p.state) IS DISTINCT FROM (s.generation, s.state) AS moves
                FROM stored s LEFT JOIN previous p ON true WHERE p.said IS DISTINCT FROM s.said
            ), noted AS (
                INSERT INTO cluster_changes (cluster_id) SELECT \(clusterID) FROM news
            ), applied AS (
                UPDATE cluster_generations g SET applied_at = coalesce(g.applied_at, \(since)), state = n.state,
                    ready_at = CASE WHEN n.state = 'inSync' THEN coalesce(g.ready_at, \(since)) ELSE g.ready_at END
                FROM news n WHERE n.moves AND g.cluster_id = \(clusterID) AND g.generation = n.generation
            )
            SELECT CASE WHEN EXISTS (SELECT FROM news) THEN pg_notify(\(Channel.report), \(clusterID)) END IS NULL
                AS is_same
            FROM stored s
            """
        )
        return stored.isEmpty ? .outdated : .taken(body)
    }
}
