package import Concurrency
import JSON
import Postgres

/// How clusters stand: found by whoever judges them, kept here with since when.
extension HubStore {
    /// One replica at a time looks.
    static let standingLock: Int64 = 0x6F74_6F6D_695F_7374

    /// Which clusters are looked at beside those of which a change was noted.
    package struct ReviewScope: Hashable, Sendable {
        /// Agents that were last heard of before are silent; `nil`: nobody falls silent or comes back.
        package var silentBefore: UnixTime?
        /// Whether clusters are looked for whose desired revision has moved.
        package var comparesRevisions: Bool

        package init(silentBefore: UnixTime?, comparesRevisions: Bool) {
            self.silentBefore = silentBefore
            self.comparesRevisions = comparesRevisions
        }
    }

    /// Looks again at clusters of which something has changed, at most `limit`, and keeps how they stand.
    ///
    /// Each change of a state is told once, as the event `cluster.state`, however many replicas look. Where nothing has
    /// changed, one statement finds that out.
    ///
    /// - Parameters:
    ///   - scope: which clusters are looked at beside those of which a change was noted.
    ///   - limit: of how many clusters at once.
    ///   - judge: finds how a cluster stands; of the report it is shown what says so.
    /// - Returns: how many were looked at, and whether there may be more.
    /// - Throws: `StoreError`.
    package func reviewStandings(
        _ scope: ReviewScope,
        limit: Int = 500,
        judge: @Sendable (ClusterRecord) -> ClusterStanding
    ) async throws -> StandingReview {
        // Comparing revisions reads the fleet: once is enough.
        if !scope.comparesRevisions {
            guard try await hasChanges(scope) else { return StandingReview() }
        }
        let now = clock()
        return try await write(
            "store.standings",
            "the states of clusters were not reviewed",
            audit: .notAudited("follows from reports and directives; told as events")
        ) { connection in
            let lock = try connection.query("SELECT pg_try_advisory_xact_lock(\(Self.standingLock))").first
            guard try lock?.get(0, as: Bool.self) == true else { return StandingReview(isElsewhere: true) }
            let (ids, hasMore) = try changedClusters(scope, limit: limit, on: connection)
            guard !ids.isEmpty else { return StandingReview(hasMore: hasMore) }
            // Read after the notes were taken: at least as new as what they tell of.
            let records = try connection.query(
                "SELECT \(Self.judgedColumns) FROM \(Self.clusterTables) WHERE c.id = ANY (\(ids)) ORDER BY c.id"
            ).map(ClusterRecord.init(row:))
            let found = records.map { (record: $0, standing: judge($0)) }
            try keep(found, now: now, on: connection)
            let changed = found.filter { $0.record.standing.state != $0.standing.state }
            try emit(changed.map { FleetEvent($0.record, now: now, $0.standing) }, on: connection)
            return StandingReview(reviewed: records.count, changed: changed.count, hasMore: hasMore)
        }
    }

    /// Whether there is anything to look at, desired revisions apart.
    private func hasChanges(_ scope: ReviewScope) async throws -> Bool {
        let silence: SQL = scope.silentBefore.map { "OR EXISTS (\(Self.silenceChanged($0)))" } ?? ""
        return try await read("changes of clusters cannot be looked for") { connection in
            try connection.query("SELECT EXISTS (SELECT FROM cluster_changes) \(silence)").first?.get(0, as: Bool.self)
                ?? false
        }
    }

    /// The clusters whose agents have fallen silent, or come back.
    private static func silenceChanged(_ moment: UnixTime) -> SQL {
        """
        SELECT g.cluster_id FROM agent_sightings g JOIN cluster_states t ON t.cluster_id = g.cluster_id
        WHERE g.last_seen < \(moment) AND NOT t.is_silent
        UNION ALL
        SELECT t.cluster_id FROM cluster_states t JOIN agent_sightings g ON g.cluster_id = t.cluster_id
        WHERE t.is_silent AND g.last_seen >= \(moment)
        """
    }

    /// Takes notes of changes away, and adds the clusters that nobody notes.
    private func changedClusters(
        _ scope: ReviewScope,
        limit: Int,
        on connection: isolated PostgresConnection
    ) throws -> (ids: [String], hasMore: Bool) {
        var ids: Set<String> = []
        var hasMore = false
        func add(_ query: SQL) throws {
            let rows = try connection.query(query)
            hasMore = hasMore || rows.count >= limit
            for row in rows { ids.insert(try row.get(0)) }
        }
        try add(
            """
            DELETE FROM cluster_changes WHERE id IN (SELECT id FROM cluster_changes ORDER BY id LIMIT \(limit))
            RETURNING cluster_id
            """
        )
        if let moment = scope.silentBefore {
            try add("\(Self.silenceChanged(moment)) LIMIT \(limit)")
        }
        if scope.comparesRevisions {
            try add(
                """
                SELECT c.id FROM clusters c JOIN cluster_states t ON t.cluster_id = c.id
                WHERE t.desired_revision <> c.desired_revision LIMIT \(limit)
                """
            )
        }
        return (ids.sorted(), hasMore)
    }

    private func keep(
        _ found: [(record: ClusterRecord, standing: ClusterStanding)],
        now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        let since = found.map { $0.record.standing.since(of: $0.standing, now: now) }
        try connection.query(
            """
            UPDATE cluster_states s SET state = t.state, since = t.since, reason = nullif(t.reason, ''),
                cause = t.cause, desired_revision = t.desired_revision, is_silent = t.silence > 0, summary = t.summary
            FROM unnest(
                \(found.map(\.record.id)), \(found.map(\.standing.state)), \(since),
                \(found.map { $0.standing.reason ?? "" }), \(found.map(\.standing.cause)),
                \(found.map(\.record.desiredRevision)), \(found.map { Int64($0.standing.isSilent ? 1 : 0) }),
                \(found.map(\.standing.summary))
            ) AS t (cluster_id, state, since, reason, cause, desired_revision, silence, summary)
            WHERE s.cluster_id = t.cluster_id
                AND (s.state, s.reason, s.cause, s.desired_revision, s.is_silent, s.summary) IS DISTINCT FROM
                    (t.state, nullif(t.reason, ''), t.cause, t.desired_revision, t.silence > 0, t.summary)
            """
        )
    }

    /// How many clusters are in each state.
    ///
    /// `names`: only of these clusters; `nil` for all.
    ///
    /// - Throws: `StoreError`.
    package func clustersByState(names: [String]? = nil) async throws -> [String: Int] {
        let condition: SQL = names.map { "WHERE \(Self.isNamed($0))" } ?? ""
        return try await read("the states of clusters cannot be counted") { connection in
            let rows = try connection.query(
                "SELECT s.state, count(*) AS clusters FROM cluster_states s \(condition) GROUP BY s.state"
            )
            var counts: [String: Int] = [:]
            for row in rows { counts[try row.get("state")] = try row.get("clusters") }
            return counts
        }
    }

    /// What is wrong in the fleet, clusters with the same cause together.
    ///
    /// - Parameters:
    ///   - names: only of these clusters; `nil` for all.
    ///   - limit: how many groups at most.
    /// - Returns: those of the most clusters first.
    /// - Throws: `StoreError`.
    package func troubles(names: [String]? = nil, limit: Int = 100) async throws -> [FleetTrouble] {
        let condition: SQL = names.map { "AND \(Self.isNamed($0))" } ?? ""
        return try await read("the troubles of the fleet cannot be read") { connection in
            try connection.query(
                """
                SELECT s.state, s.cause, count(*) AS clusters, min(s.since) AS since,
                    (array_agg(c.name ORDER BY c.name))[:\(FleetTrouble.namedClusters)] AS names,
                    (array_agg(s.reason ORDER BY c.name))[1] AS reason
                FROM cluster_states s JOIN clusters c ON c.id = s.cluster_id
                WHERE s.state <> 'inSync' \(condition)
                GROUP BY s.state, s.cause ORDER BY count(*) DESC, min(c.name) LIMIT \(limit)
                """
            ).map { row in
                FleetTrouble(
                    state: try row.get("state"),
                    cause: try row.get("cause"),
                    clusters: try row.get("clusters"),
                    since: try row.get("since"),
                    names: try row.get("names"),
                    reason: try row.get("reason")
                )
            }
        }
    }

    private static func isNamed(_ names: [String]) -> SQL {
        "s.cluster_id IN (SELECT id FROM clusters WHERE name = ANY (\(names)))"
    }

    /// Notes that a cluster's bundle cannot be compiled, for people; it counts while the same is wanted of the cluster.
    ///
    /// - Throws: `StoreError`; `.stale` when the cluster is gone.
    package func noteFault(_ text: String, of cluster: ClusterRecord, inputVersion: Int64) async throws {
        let now = clock()
        try await write(
            "store.cluster.fault",
            "the fault of cluster '\(cluster.name)' was not noted",
            audit: .notAudited("follows from revisions")
        ) { connection in
            try connection.query(
                """
                INSERT INTO cluster_faults AS f (cluster_id, revision, input_version, fault, found_at)
                SELECT id, \(cluster.desiredRevision), \(inputVersion), \(String(text.prefix(2_000))), \(now)
                FROM clusters WHERE id = \(cluster.id)
                ON CONFLICT (cluster_id) DO UPDATE SET revision = excluded.revision,
                    input_version = excluded.input_version, fault = excluded.fault, found_at = excluded.found_at
                WHERE (f.revision, f.input_version, f.fault)
                    IS DISTINCT FROM (excluded.revision, excluded.input_version, excluded.fault)
                RETURNING pg_notify(\(Channel.cluster), cluster_id)
                """
            )
        }
    }
}

extension FleetEvent {
    /// That a cluster is in another state now.
    fileprivate init(_ record: ClusterRecord, now: UnixTime, _ standing: ClusterStanding) {
        self.init(
            "cluster.state",
            "cluster \(record.name)",
            cluster: record.name,
            revision: record.desiredRevision > 0 ? record.desiredRevision : nil,
            data: .members([
                "from": record.standing.state, "to": standing.state, "reason": standing.reason,
                "since": record.standing.since(of: standing, now: now).rfc3339,
            ])
        )
    }
}
