package import Concurrency
import JSON
import Postgres
package import Values

/// Lists of clusters, by name, from columns and indexes: no report is read for them.
extension HubStore {
    /// How many clusters one page has at most.
    package static let largestClusterPage = 1_000

    /// One page of the clusters that a filter lets pass, by name.
    ///
    /// - Parameters:
    ///   - filter: which clusters.
    ///   - after: the `next` of the page before.
    ///   - limit: how many, at most 1,000.
    ///   - silentBefore: agents that were last heard of before are silent.
    /// - Returns: the clusters, and where the next page begins.
    /// - Throws: `StoreError`.
    package func clusterSummaries(
        _ filter: ClusterFilter = ClusterFilter(),
        after: String? = nil,
        limit: Int = 100,
        silentBefore: UnixTime
    ) async throws -> Page<ClusterSummary> {
        let limit = max(1, min(limit, Self.largestClusterPage))
        let found = try await read("clusters cannot be read") { connection in
            try connection.query(
                """
                SELECT c.id, c.name, c.provider, c.region, c.labels, c.domain, c.owner, c.description,
                    c.desired_revision, c.generation, g.last_seen, r.generation AS report_generation,
                    r.revision AS report_revision, t.state AS standing_state, t.reason AS standing_reason,
                    t.cause AS standing_cause, t.since AS standing_since, t.desired_revision AS standing_revision,
                    t.is_silent, t.summary, (
                        t.desired_revision <> c.desired_revision
                        OR t.is_silent <> coalesce(g.last_seen < \(silentBefore), false)
                        OR c.id IN (SELECT cluster_id FROM cluster_changes)
                    ) AS is_stale
                FROM \(Self.listTables)
                WHERE c.name > \(after ?? "") AND \(filter.condition)
                ORDER BY c.name LIMIT \(limit + 1)
                """
            ).map(ClusterSummary.init(row:))
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.name : nil)
    }

    /// One page of the clusters that a filter lets pass, as placement and layering see them, by name.
    ///
    /// - Throws: `StoreError`.
    package func clusterIdentities(
        _ filter: ClusterFilter = ClusterFilter(),
        after: String? = nil,
        limit: Int = .max
    ) async throws -> [ClusterIdentity] {
        try await read("clusters cannot be read") { connection in
            try connection.query(
                """
                SELECT c.name, c.provider, c.region, c.labels FROM \(Self.listTables)
                WHERE c.name > \(after ?? "") AND \(filter.condition)
                ORDER BY c.name LIMIT \(limit)
                """
            ).map(ClusterIdentity.init(row:))
        }
    }

    /// How many clusters a filter lets pass.
    ///
    /// - Throws: `StoreError`.
    package func clusterCount(_ filter: ClusterFilter) async throws -> Int {
        try await read("clusters cannot be counted") { connection in
            try connection.query("SELECT count(*) FROM \(Self.listTables) WHERE \(filter.condition)").first?
                .get(0, as: Int.self) ?? 0
        }
    }

    /// The clusters of these names that there are, with that part of their reports which says how they stand, by name.
    ///
    /// - Throws: `StoreError`.
    package func clusters(named names: [String]) async throws -> [ClusterRecord] {
        guard !names.isEmpty else { return [] }
        return try await read("clusters cannot be read") { connection in
            try connection.query(
                "SELECT \(Self.judgedColumns) FROM \(Self.clusterTables) WHERE c.name = ANY (\(names)) ORDER BY c.name"
            ).map(ClusterRecord.init(row:))
        }
    }

    private static let listTables: SQL = """
        clusters c JOIN cluster_states t ON t.cluster_id = c.id LEFT JOIN agent_sightings g ON g.cluster_id = c.id
        LEFT JOIN cluster_reports r ON r.cluster_id = c.id
        """
}

extension ClusterIdentity {
    init(row: PostgresRow) throws {
        let labels = try row.get("labels", as: JSONValue.self)
        self.init(
            name: try row.get("name"),
            provider: try row.get("provider"),
            region: try row.get("region"),
            labels: (labels.objectValue ?? [:]).compactMapValues(\.stringValue)
        )
    }
}

extension ClusterSummary {
    init(row: PostgresRow) throws {
        let identity = try ClusterIdentity(row: row)
        self.init(
            id: try row.get("id"),
            name: identity.name,
            provider: identity.provider,
            region: identity.region,
            labels: identity.labels,
            domain: try row.get("domain"),
            owner: try row.get("owner"),
            description: try row.get("description"),
            desiredRevision: try row.get("desired_revision"),
            generation: try row.get("generation"),
            appliedRevision: try row.get("report_revision"),
            appliedGeneration: try row.get("report_generation"),
            lastSeen: try row.get("last_seen"),
            standing: try StoredStanding(row: row),
            summary: try row.get("summary"),
            isStale: try row.get("is_stale")
        )
    }
}

extension ClusterFilter {
    /// What a row of `clusters c`, `cluster_states t` and `cluster_reports r` has to meet.
    fileprivate var condition: SQL {
        var conditions: [SQL] = []
        if let search, !search.isEmpty {
            conditions.append("strpos(c.search_text, \(search.lowercased())) > 0")
        }
        if !states.isEmpty { conditions.append("t.state = ANY (\(states))") }
        if let names { conditions.append("c.name = ANY (\(names))") }
        if let behind { conditions.append(behind.condition) }
        conditions += selector.requirements.map(\.condition)
        guard var all = conditions.first else { return "true" }
        for condition in conditions.dropFirst() { all = "\(all) AND \(condition)" }
        return all
    }
}

extension ClusterFilter.Goal {
    fileprivate var condition: SQL {
        let wanted: SQL =
            switch self {
            case .desired: "c.desired_revision"
            case .revision(let number): "\(number)"
            }
        return """
            c.revoked_at IS NULL AND EXISTS (SELECT FROM agents a WHERE a.cluster_id = c.id)
            AND (coalesce(r.revision, 0) < \(wanted) OR t.summary ? 'pendingDeletions'
                OR EXISTS (SELECT FROM cluster_changes n WHERE n.cluster_id = c.id))
            """
    }
}

extension LabelSelector.Requirement {
    fileprivate var condition: SQL {
        switch self {
        case .equals(let key, let value):
            Self.column(of: key).map { "\($0) = \(value)" } ?? Self.has(key, value)
        case .differs(let key, let value): "\(Self.value(of: key)) IS DISTINCT FROM \(value)"
        case .isIn(let key, let values):
            Self.column(of: key).map { "\($0) = ANY (\(values))" } ?? Self.has(key, anyOf: values)
        case .isNotIn(let key, let values): "coalesce(\(Self.value(of: key)) <> ALL (\(values)), true)"
        case .exists(let key): "\(Self.value(of: key)) IS NOT NULL"
        case .isAbsent(let key): "\(Self.value(of: key)) IS NULL"
        }
    }

    /// That it is a label of its own, through the index.
    private static func has(_ key: String, _ value: String) -> SQL {
        "c.labels @> \(JSONValue.object([key: .string(value)]))"
    }

    private static func has(_ key: String, anyOf values: [String]) -> SQL {
        guard let first = values.first else { return "false" }
        let any: SQL = values.dropFirst().reduce(has(key, first)) { "\($0) OR \(has(key, $1))" }
        return "(\(any))"
    }

    private static func value(of key: String) -> SQL { column(of: key) ?? "(c.labels ->> \(key))" }

    /// The column of a label that every cluster has, and that its own labels cannot override.
    private static func column(of key: String) -> SQL? {
        switch key {
        case "name": "c.name"
        case "provider": "c.provider"
        case "region": "c.region"
        default: nil
        }
    }
}
