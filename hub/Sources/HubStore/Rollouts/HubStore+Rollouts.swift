import Concurrency
import JSON
import Postgres
import Values

extension HubStore {
    /// The rollouts that time or a report can bring further, the oldest first.
    ///
    /// - Throws: `StoreError`.
    package func openRollouts() async throws -> [Int64] {
        try await read("rollouts cannot be read") { connection in
            try Self.numbers(connection.query("SELECT number FROM rollouts WHERE is_open ORDER BY number LIMIT 1000"))
        }
    }

    /// One rollout, with how many clusters stand where.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func rollout(_ number: Int64) async throws -> (rollout: Rollout, counts: [RolloutPlace.State: Int]) {
        try await read("rollout \(number) cannot be read") { connection in
            let rollout = try rollout(number, on: connection)
            return (rollout, try counts(of: [number], on: connection)[number] ?? [:])
        }
    }

    func rollout(_ number: Int64, on connection: isolated PostgresConnection) throws -> Rollout {
        try connection.query("SELECT \(Rollout.columns) FROM rollouts WHERE number = \(number)")
            .first.map(Rollout.init(row:)).orNotFound("rollout \(number)")
    }

    /// Rollouts, the newest first.
    ///
    /// `before`: only those below this number; the last one's number gives the next page.
    ///
    /// - Throws: `StoreError`.
    package func rollouts(
        before: Int64? = nil,
        limit: Int = 50
    ) async throws -> [(rollout: Rollout, counts: [RolloutPlace.State: Int])] {
        let bound = before ?? .max
        let limit = max(1, min(limit, 1_000))
        return try await read("rollouts cannot be read") { connection in
            let found = try connection.query(
                """
                SELECT \(Rollout.columns) FROM rollouts WHERE number < \(bound) ORDER BY number DESC LIMIT \(limit)
                """
            ).map(Rollout.init(row:))
            let counts = try counts(of: found.map(\.number), on: connection)
            return found.map { ($0, counts[$0.number] ?? [:]) }
        }
    }

    private func counts(
        of numbers: [Int64],
        on connection: isolated PostgresConnection
    ) throws -> [Int64: [RolloutPlace.State: Int]] {
        let rows = try connection.query(
            """
            SELECT rollout, state, count(*) AS count FROM rollout_clusters WHERE rollout = ANY (\(numbers))
            GROUP BY rollout, state
            """
        )
        var counts: [Int64: [RolloutPlace.State: Int]] = [:]
        for row in rows {
            guard let state = RolloutPlace.State(rawValue: try row.get("state")) else { continue }
            counts[try row.get("rollout"), default: [:]][state] = try row.get("count")
        }
        return counts
    }

    /// One page of the clusters of a rollout by name.
    ///
    /// - Parameters:
    ///   - number: which rollout.
    ///   - state: only those that stand so; `nil` for all.
    ///   - after: the `next` of the page before.
    ///   - limit: how many at most.
    /// - Returns: the page.
    /// - Throws: `StoreError`.
    package func rolloutPlaces(
        of number: Int64,
        state: RolloutPlace.State? = nil,
        after: String? = nil,
        limit: Int = 500
    ) async throws -> Page<RolloutPlace> {
        let limit = max(1, min(limit, 1_000))
        let found = try await read("the clusters of rollout \(number) cannot be read") { connection in
            try connection.query(
                """
                SELECT \(RolloutPlace.columns) FROM rollout_clusters p JOIN clusters c ON c.id = p.cluster_id
                WHERE p.rollout = \(number) AND c.name > \(after ?? "")
                    AND (\(state?.rawValue)::text IS NULL OR p.state = \(state?.rawValue))
                ORDER BY c.name LIMIT \(limit + 1)
                """
            ).compactMap(RolloutPlace.init(row:))
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.cluster : nil)
    }

    /// The places that clusters had in the rollouts that rollout `number` superseded, the latest of each.
    ///
    /// - Throws: `StoreError`.
    package func placesTakenOver(by number: Int64) async throws -> [String: RolloutPlace] {
        let places = try await read("rollouts cannot be read") { connection in
            try connection.query(
                """
                SELECT \(RolloutPlace.columns) FROM rollout_clusters p JOIN clusters c ON c.id = p.cluster_id
                JOIN rollouts o ON o.number = p.rollout
                WHERE o.superseded_by = \(number) ORDER BY p.rollout
                """
            ).compactMap(RolloutPlace.init(row:))
        }
        return Dictionary(places.map { ($0.clusterID, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// Every cluster as a plan sees it, by name.
    ///
    /// - Throws: `StoreError`.
    package func rolloutCandidates() async throws -> [RolloutCandidate] {
        try await read("clusters cannot be read") { connection in
            try connection.query(
                """
                SELECT id, name, provider, region, labels, desired_revision, revoked_at IS NOT NULL AS is_revoked
                FROM clusters ORDER BY name
                """
            ).map { row in
                RolloutCandidate(
                    id: try row.get("id"),
                    identity: try ClusterIdentity(row: row),
                    desiredRevision: try row.get("desired_revision"),
                    isRevoked: try row.get("is_revoked")
                )
            }
        }
    }

    /// The names of the clusters that are to run another revision than the newest, by that revision.
    ///
    /// - Throws: `StoreError`.
    package func clustersElsewhere() async throws -> [Int64: [String]] {
        try await read("clusters cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT name, desired_revision FROM clusters
                WHERE desired_revision <> (SELECT coalesce(max(number), 0) FROM revisions) ORDER BY name
                """
            )
            var clusters: [Int64: [String]] = [:]
            for row in rows { clusters[try row.get("desired_revision"), default: []].append(try row.get("name")) }
            return clusters
        }
    }

    /// Unfinished rollouts, each with the names of the clusters that it has still to move.
    ///
    /// - Throws: `StoreError`.
    package func rolloutTurns() async throws -> [(rollout: Rollout, waiting: [String])] {
        try await read("rollouts cannot be read") { connection in
            let rollouts = try connection.query(
                "SELECT \(Rollout.columns) FROM rollouts WHERE finished_at IS NULL ORDER BY number"
            ).map(Rollout.init(row:))
            guard !rollouts.isEmpty else { return [] }
            let rows = try connection.query(
                """
                SELECT p.rollout, c.name FROM rollout_clusters p JOIN clusters c ON c.id = p.cluster_id
                WHERE p.rollout = ANY (\(rollouts.map(\.number))) AND p.state = 'waiting' ORDER BY p.rollout, c.name
                """
            )
            var waiting: [Int64: [String]] = [:]
            for row in rows { waiting[try row.get("rollout"), default: []].append(try row.get("name")) }
            return rollouts.map { ($0, waiting[$0.number] ?? []) }
        }
    }
}
