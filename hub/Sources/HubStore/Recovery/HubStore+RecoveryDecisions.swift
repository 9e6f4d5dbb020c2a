import Concurrency
import Postgres
import Values

/// What operators decide about clusters that are ahead of the database.
extension HubStore {
    /// Issues to every cluster again, above what its agent has seen, and ends the recovery.
    ///
    /// A cluster that was not heard gets a margin. One whose claim is beyond all likelihood, or whose agent trusts a root
    /// that is not stored, waits for a word of its own.
    ///
    /// - Throws: `StoreError`; `.outdated` when there is nothing to finish.
    package func finishRecovery(by author: String) async throws -> RecoveryOutcome {
        let audit = AuditPlan<RecoveryOutcome> { outcome in
            let waiting = outcome.waiting.isEmpty ? "" : ", \(outcome.waiting.count) wait"
            let marker = outcome.marker.map { ", marked by revision \($0)" } ?? ""
            return [
                AuditEntry(
                    .finishRecovery,
                    "recovery",
                    detail: "finished: \(outcome.released.count) clusters released\(waiting)\(marker)"
                )
            ]
        }
        return try await write("store.recovery.finish", "the recovery was not finished", audit: audit) { connection in
            let latest = try lockRevisions(on: connection)
            let rows = try connection.query(
                "\(Self.selectRestrained) WHERE \(Self.restrains) ORDER BY w.cluster_id FOR UPDATE OF w"
            )
            let clusters = try rows.map(RestrainedCluster.init(row:))
            let marker = try markLostRevisions(after: latest, on: connection)
            let finished = try connection.query(
                """
                UPDATE recoveries SET finished_at = \(clock()), finished_by = \(author)
                WHERE finished_at IS NULL RETURNING id
                """
            )
            guard !finished.isEmpty || !clusters.isEmpty else {
                throw StoreError(.outdated, "the fleet is not in recovery, and no cluster is ahead of its database")
            }
            let waiting = clusters.filter { $0.isImplausible || $0.isRootAhead }.map(\.name)
            let released = clusters.map(\.name).filter { !waiting.contains($0) }
            try release(released, by: author, on: connection)
            try emit([FleetEvent("fleet.recovered", "fleet", revision: marker ?? latest)], on: connection)
            return RecoveryOutcome(released: released, waiting: waiting, marker: marker)
        }
    }

    /// Issues to one cluster again, above what its agent has seen.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.outdated` when the cluster does not wait; `.invalid` when its agent would take
    ///   nothing that can be issued.
    package func acceptClaim(ofCluster name: String, by author: String) async throws -> RestrainedCluster {
        try await decide(name, detail: "accepted") { cluster, latest, connection in
            guard !cluster.isRootAhead else {
                throw StoreError(
                    .invalid,
                    "the agent of '\(name)' trusts root \(cluster.seen.root), and root \(cluster.stored.root) is the "
                        + "newest here: give the hub the newer roots first (otomi recovery root FILE)"
                )
            }
            let step = max(
                cluster.seen.generation - cluster.stored.generation,
                cluster.seen.timestamp - cluster.stored.timestamp,
                cluster.seen.revision - cluster.stored.revision
            )
            guard step <= RecoveryLimits.largestStep - RecoveryLimits.unheardMargin else {
                throw StoreError(
                    .invalid,
                    "the agent of '\(name)' claims to be \(step) versions ahead, and agents take no such jump: dismiss "
                        + "the claim and rotate the agent's key, or remove the cluster and add it anew"
                )
            }
            try release([name], by: author, on: connection)
            _ = try markLostRevisions(after: latest, on: connection)
        }
    }

    /// Goes on with one cluster as if its agent had claimed nothing, and believes no further claim made with that key.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.outdated` when the cluster does not wait.
    package func dismissClaim(ofCluster name: String, by author: String) async throws -> RestrainedCluster {
        let now = clock()
        return try await decide(name, detail: "dismissed") { cluster, _, connection in
            guard cluster.state == .ahead else {
                throw StoreError(.outdated, "the agent of '\(name)' has claimed nothing: it was not heard yet")
            }
            try connection.query(
                """
                UPDATE restrained_clusters w SET state = 'dismissed', decided_at = \(now), decided_by = \(author)
                FROM clusters c WHERE c.id = w.cluster_id AND c.name = \(name)
                """
            )
        }
    }

    private func decide(
        _ name: String,
        detail: String,
        _ body: @Sendable (RestrainedCluster, _ latest: Int64, isolated PostgresConnection) throws -> Void
    ) async throws -> RestrainedCluster {
        try await write(
            "store.recovery.decide",
            "nothing was decided about cluster '\(name)'",
            audit: .entry(.finishRecovery, "cluster \(name)", detail: detail)
        ) { connection in
            // Before any row: commits hold it while they move clusters.
            let latest = try lockRevisions(on: connection)
            guard try !connection.query("SELECT id FROM clusters WHERE name = \(name)").isEmpty else {
                throw StoreError(.notFound, "cluster '\(name)' does not exist")
            }
            let waiting = try connection.query(
                "\(Self.selectRestrained) WHERE c.name = \(name) AND \(Self.restrains) FOR UPDATE OF w"
            ).first
            guard let waiting else { throw StoreError(.outdated, "cluster '\(name)' does not wait for a decision") }
            try body(try RestrainedCluster(row: waiting), latest, connection)
            let after = try connection.query("\(Self.selectRestrained) WHERE c.name = \(name)").first
            return try RestrainedCluster(row: after.orNotFound("cluster '\(name)'"))
        }
    }

    /// Lets the hub issue to these clusters above floors; their bundles go out anew, also when they say the same.
    ///
    /// Each generation came with a timestamp of its own: an agent that is some timestamps ahead is at most as many
    /// generations ahead, whatever it has applied.
    private func release(_ names: [String], by author: String, on connection: isolated PostgresConnection) throws {
        let margin: SQL = "CASE WHEN w.state = 'unheard' THEN \(RecoveryLimits.unheardMargin)::bigint ELSE 0 END"
        try connection.pipeline([
            """
            UPDATE restrained_clusters w SET state = 'accepted', decided_at = \(clock()), decided_by = \(author),
                floor_generation = greatest(w.seen_generation,
                    c.generation + greatest(w.seen_timestamp - c.timestamp_version, 0) + \(margin)),
                floor_timestamp = greatest(w.seen_timestamp, c.timestamp_version + \(margin))
            FROM clusters c WHERE c.id = w.cluster_id AND c.name = ANY (\(names))
            """,
            """
            UPDATE clusters SET input_version = input_version + 1 WHERE name = ANY (\(names))
                RETURNING pg_notify(\(Channel.cluster), id)
            """,
        ])
    }

    // MARK: - Revisions

    /// Waits for the turn of whoever adds revisions, and returns the latest one.
    private func lockRevisions(on connection: isolated PostgresConnection) throws -> Int64 {
        try connection.query("SELECT pg_advisory_xact_lock(\(Self.commitLock))")
        return try connection.query("SELECT coalesce(max(number), 0) AS latest FROM revisions")[0].get("latest")
    }

    /// The latest revision, above every number that was lost with a restored database: no number means two contents.
    ///
    /// For whoever holds the lock of commits, outside of the bounds of a team. Where nothing is lost, `latest` it is.
    func latestPassingLost(after latest: Int64, on connection: isolated PostgresConnection) throws -> Int64 {
        try markLostRevisions(after: latest, on: connection) ?? latest
    }

    /// Marks the revisions that were lost by one that changes nothing, after the last of them; `nil` when none was lost.
    ///
    /// Nobody knows of every one: in a recovery a margin is left free after what the database had. Clusters that should run
    /// `latest` should run the marker, which has the same values.
    private func markLostRevisions(after latest: Int64, on connection: isolated PostgresConnection) throws -> Int64? {
        let step = RecoveryLimits.plausibleStep
        let row = try connection.query(
            """
            SELECT greatest(
                (SELECT coalesce(max(known_revision), 0) FROM recoveries
                    WHERE finished_at IS NULL AND known_revision - base_revision <= \(step)),
                (SELECT coalesce(max(seen_revision), 0) FROM restrained_clusters
                    WHERE state = 'accepted' OR (state = 'ahead' AND seen_revision - base_revision <= \(step)))
            ) AS lost, (
                SELECT coalesce(max(base_revision + \(RecoveryLimits.unheardMargin)), 0) FROM recoveries
                WHERE finished_at IS NULL
            ) AS margin
            """
        )[0]
        let (lost, margin): (Int64, Int64) = (try row.get("lost"), try row.get("margin"))
        let skipped = max(lost, margin)
        guard skipped > latest else { return nil }
        let marker = skipped + 1
        let known = lost > latest ? "; revision \(lost) was the last that anybody knows of" : ""
        let message = "The database was restored from a backup: what came after revision \(latest) is lost\(known)."
        try connection.pipeline([
            """
            INSERT INTO revisions (number, author, message, committed_at, change_count)
            VALUES (\(marker), 'hub', \(message), \(clock()), 0)
            """,
            "UPDATE clusters SET desired_revision = \(marker) WHERE desired_revision = \(latest)",
            // Whoever moves clusters there moves them to the marker from now on.
            """
            UPDATE rollouts SET revision = \(marker)
            WHERE revision = \(latest) AND (finished_at IS NULL OR is_open)
            """,
            "SELECT pg_notify(\(Channel.revision), \(String(marker)))",
        ])
        try emit([FleetEvent("revisions.lost", "revision \(marker)", revision: marker)], on: connection)
        return marker
    }
}
