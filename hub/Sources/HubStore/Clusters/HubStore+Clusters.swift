import Bundles
import Concurrency
import JSON
import Postgres
import Values

extension HubStore {
    /// Adds a cluster and makes the token that its agent enrols with.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken, `.invalid` when it is no name.
    package func addCluster(
        _ new: NewCluster,
        tokenLifetime: Duration? = nil
    ) async throws -> (cluster: ClusterRecord, token: EnrolmentToken) {
        let now = clock()
        let token = newToken(for: new.name, lifetime: tokenLifetime)
        let cluster = try await write(
            "store.cluster.add",
            "cluster '\(new.name)' was not added",
            audit: AuditPlan<ClusterRecord> { [AuditEntry(.addCluster, "cluster \($0.name)", after: $0.auditedForm)] }
        ) { connection in
            guard let id = try insert(new, now: now, on: connection) else {
                throw StoreError(
                    .alreadyExists,
                    "cluster '\(new.name)' exists already: otomi cluster token \(new.name) makes a token for its agent"
                )
            }
            try store(token, of: id, on: connection)
            return try clusterRecord("c.id = \(id)", on: connection).orNotFound("cluster '\(new.name)'")
        }
        return (cluster, token)
    }

    /// Adds a pending cluster that is to run the newest revision that the fleet has come to; `nil` when the name is taken.
    func insert(_ new: NewCluster, now: UnixTime, on connection: isolated PostgresConnection) throws -> String? {
        guard NameRule.cluster.accepts(new.name) else {
            throw StoreError(.invalid, "'\(new.name)' is no name for a cluster: use \(NameRule.cluster.expectation)")
        }
        // With the lock of commits, so that none can pass between reading the latest revision and the insertion.
        let answers = try connection.pipeline([
            "SELECT pg_advisory_xact_lock(\(Self.commitLock))",
            Self.holdingRollouts,
            """
            INSERT INTO clusters (name, provider, region, labels, domain, owner, description, created_at,
                desired_revision, requires_approval, quarantines_clones)
            SELECT \(new.name), \(new.provider), \(new.region), \(JSONValue.object(new.labels.mapValues(JSONValue.string))),
                \(new.domain), \(new.owner), \(new.description), \(now), \(Self.startingRevision),
                \(new.requiresApproval ?? agentPolicy.requiresApproval), \(new.quarantinesClones)
            ON CONFLICT (name) DO NOTHING
            RETURNING id, pg_notify(\(Channel.cluster), id)
            """,
        ])
        return try answers[2].first?.get(0)
    }

    /// One page of the clusters by name.
    ///
    /// `after`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func clusters(after: String? = nil, limit: Int = 500) async throws -> Page<ClusterRecord> {
        let limit = max(1, min(limit, 1000))
        let found = try await read("clusters cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.clusterColumns) FROM \(Self.clusterTables)
                WHERE c.name > \(after ?? "") ORDER BY c.name LIMIT \(limit + 1)
                """
            ).map(ClusterRecord.init(row:))
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.name : nil)
    }

    /// Every cluster, by name.
    ///
    /// - Throws: `StoreError`.
    package func allClusters() async throws -> [ClusterRecord] {
        try await read("clusters cannot be read") { connection in
            try connection.query("SELECT \(Self.clusterColumns) FROM \(Self.clusterTables) ORDER BY c.name")
                .map(ClusterRecord.init(row:))
        }
    }

    /// The cluster of that name.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func cluster(named name: String) async throws -> ClusterRecord {
        try await read("cluster '\(name)' cannot be read") { connection in
            try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
        }
    }

    /// The cluster of that id.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func cluster(id: String) async throws -> ClusterRecord {
        try await read("cluster \(id) cannot be read") { connection in
            try clusterRecord("c.id = \(id)", on: connection).orNotFound("cluster \(id)")
        }
    }

    /// For how long the agent of a forgotten cluster is told what became of it.
    private static let agentMemory: Duration = .seconds(400 * 86_400)

    /// When the cluster of an agent with that key was forgotten; `nil` for a key that no forgotten cluster had.
    ///
    /// - Throws: `StoreError`.
    package func forgottenAgent(keyID: String) async throws -> ForgottenAgent? {
        try await read("the agent with key \(keyID) cannot be read") { connection in
            try connection.query(
                "SELECT public_key, cluster, forgotten_at FROM forgotten_agents WHERE key_id = \(keyID)"
            ).first.flatMap { row in
                guard let key = PublicKey(bytes: try row.get("public_key")) else { return nil }
                return ForgottenAgent(key: key, cluster: try row.get("cluster"), at: try row.get("forgotten_at"))
            }
        }
    }

    /// Forgets a cluster with its agent's identity, its bundle and its reports; no agent is needed for it.
    ///
    /// What runs there keeps running. Its documents stay, and an agent of it that comes back is told that it was forgotten.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func removeCluster(named name: String) async throws {
        let now = clock()
        _ = try await write(
            "store.cluster.remove",
            "cluster '\(name)' was not removed",
            audit: AuditPlan<ClusterRecord> { [AuditEntry(.removeCluster, "cluster \(name)", before: $0.auditedForm)] }
        ) { connection in
            let cluster = try clusterRecord("c.name = \(name)", on: connection).orNotFound("cluster '\(name)'")
            try connection.pipeline([
                """
                INSERT INTO forgotten_agents (key_id, public_key, cluster, forgotten_at)
                SELECT key_id, public_key, \(name), \(now) FROM agents WHERE cluster_id = \(cluster.id)
                ON CONFLICT (key_id) DO UPDATE SET cluster = excluded.cluster, forgotten_at = excluded.forgotten_at
                """,
                "DELETE FROM forgotten_agents WHERE forgotten_at < \(now - Self.agentMemory)",
            ])
            let removed = try connection.query(
                "DELETE FROM clusters WHERE name = \(name) RETURNING pg_notify(\(Channel.cluster), id)"
            )
            _ = try removed.first.orNotFound("cluster '\(name)'")
            return cluster
        }
    }
}
