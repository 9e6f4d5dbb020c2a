package import Bundles
import Concurrency
package import JSON
import Postgres
import Values

/// Plans that agents try: kept for some minutes, told to the agents as signed directives, answered once.
extension HubStore {
    /// How long agents are waited for.
    package static let planLifetime: Duration = .seconds(600)
    /// How many plans are waited for at once.
    package static let maximumPlans = 20

    /// Keeps a plan, and has the bundles of its clusters published anew with the request to try it.
    ///
    /// - Throws: `StoreError.Code.overloaded` when too many are waited for already.
    package func keepPlan(_ plan: NewPlan) async throws {
        let now = clock()
        let digests = plan.trials.map { Digest(of: $0.file).bytes }
        let audit = AuditPlan<[String]> { clusters in
            [AuditEntry(.tryPlans, "plan \(plan.id)", detail: "on \(clusters.joined(separator: ", "))")]
        }
        _ = try await write("store.keepPlan", "the plan was not kept", audit: audit) { connection in
            try connection.query("DELETE FROM plans WHERE expires_at <= \(now)")
            let count: Int64 = try connection.query("SELECT count(*) AS count FROM plans")[0].get("count")
            guard count < Self.maximumPlans else {
                throw StoreError(.overloaded, "\(count) plans are being tried already: try again in some minutes")
            }
            try connection.query(
                """
                INSERT INTO plans (id, author, body, created_at, expires_at)
                VALUES (\(plan.id), \(plan.author), \(plan.body), \(now), \(now + Self.planLifetime))
                """
            )
            for (trial, digest) in zip(plan.trials, digests) {
                try connection.query(
                    """
                    INSERT INTO plan_trials (plan_id, cluster_id, digest, file, object_count, omitted)
                    VALUES (\(plan.id), \(trial.clusterID), \(digest), \(trial.file),
                        \(Int64(trial.objectCount))::integer, \(Int64(trial.omitted))::integer)
                    """
                )
            }
            return try announce(plan.trials.map(\.clusterID), on: connection)
        }
    }

    /// Has the bundles of clusters published anew; returns the clusters' names.
    private func announce(
        _ clusterIDs: [String],
        on connection: isolated PostgresConnection
    ) throws -> [String] {
        try connection.query(
            """
            UPDATE clusters SET input_version = input_version + 1 WHERE id = ANY(\(clusterIDs))
            RETURNING name, pg_notify(\(Channel.cluster), id)
            """
        ).map { try $0.get("name") }
    }

    /// A plan with what agents have answered so far.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is none, or no more.
    package func plan(_ id: String) async throws -> StoredPlan {
        try await read("the plan cannot be read") { connection in
            let rows = try connection.query("SELECT author, body, expires_at FROM plans WHERE id = \(id)")
            guard let row = rows.first else { throw StoreError(.notFound, "plan '\(id)' does not exist") }
            let trials = try connection.query(
                """
                SELECT c.name, t.omitted::bigint AS omitted, t.result
                FROM plan_trials t JOIN clusters c ON c.id = t.cluster_id
                WHERE t.plan_id = \(id) ORDER BY c.name
                """
            )
            return StoredPlan(
                id: id,
                author: try row.get("author"),
                body: try row.get("body"),
                expiresAt: try row.get("expires_at"),
                trials: try trials.map { trial in
                    StoredPlan.Trial(
                        cluster: try trial.get("name"),
                        omitted: Int(try trial.get("omitted", as: Int64.self)),
                        result: try trial.get("result")
                    )
                }
            )
        }
    }

    /// What the agents of these clusters are to try next, by cluster; one at a time for each.
    ///
    /// - Throws: `StoreError`.
    package func pendingTrials(of clusterIDs: [String]) async throws -> [String: Directives.Trial] {
        let now = clock()
        let rows = try await read("trials cannot be read") { connection in
            try connection.query(
                """
                SELECT DISTINCT ON (t.cluster_id) t.cluster_id, t.plan_id, t.digest,
                    length(t.file)::bigint AS length, t.object_count::bigint AS object_count, p.expires_at
                FROM plan_trials t JOIN plans p ON p.id = t.plan_id
                WHERE t.cluster_id = ANY(\(clusterIDs)) AND t.answered_at IS NULL AND p.expires_at > \(now)
                ORDER BY t.cluster_id, p.created_at, p.id
                """
            )
        }
        var trials: [String: Directives.Trial] = [:]
        for row in rows {
            guard let digest = Digest(bytes: try row.get("digest")) else {
                throw StoreError(.internal, "the stored digest of a trial is none")
            }
            trials[try row.get("cluster_id")] = Directives.Trial(
                id: try row.get("plan_id"),
                digest: digest,
                length: Int(try row.get("length", as: Int64.self)),
                objectCount: Int(try row.get("object_count", as: Int64.self)),
                expires: try row.get("expires_at", as: UnixTime.self).seconds
            )
        }
        return trials
    }

    /// The file of a trial that a cluster's agent is asked to make; `nil` for any other.
    ///
    /// - Throws: `StoreError`.
    package func trialFile(_ digest: Digest, clusterID: String) async throws -> StoredLayer? {
        let (bytes, now) = (digest.bytes, clock())
        return try await read("the trial cannot be read") { connection in
            try connection.query(
                """
                SELECT t.file FROM plan_trials t JOIN plans p ON p.id = t.plan_id
                WHERE t.cluster_id = \(clusterID) AND t.digest = \(bytes) AND t.answered_at IS NULL
                    AND p.expires_at > \(now)
                """
            ).first.map { row in
                StoredLayer(digest: digest, mediaType: LayerMediaType.sealed.rawValue, bytes: try row.get("file"))
            }
        }
    }

    /// Keeps an agent's answer; the first one counts.
    ///
    /// - Returns: whether anybody waits for it.
    /// - Throws: `StoreError`.
    package func keepTrial(_ result: JSONValue, plan id: String, clusterID: String) async throws -> Bool {
        let now = clock()
        return try await write(
            "store.keepTrial",
            "the outcome of the trial was not kept",
            audit: .notAudited("an agent's answer")
        ) { connection in
            let kept = try connection.query(
                """
                UPDATE plan_trials t SET result = \(result), answered_at = \(now), file = ''::bytea
                FROM plans p
                WHERE p.id = t.plan_id AND t.plan_id = \(id) AND t.cluster_id = \(clusterID)
                    AND t.answered_at IS NULL AND p.expires_at > \(now)
                RETURNING t.plan_id
                """
            )
            guard !kept.isEmpty else { return false }
            // Another plan waits for its turn on this cluster.
            let waiting = try connection.query(
                """
                SELECT 1 FROM plan_trials t JOIN plans p ON p.id = t.plan_id
                WHERE t.cluster_id = \(clusterID) AND t.answered_at IS NULL AND p.expires_at > \(now) LIMIT 1
                """
            )
            if !waiting.isEmpty { _ = try announce([clusterID], on: connection) }
            return true
        }
    }
}
