package import JSON

/// The whole fleet at one glance; what `otomi status` shows and `otomi wait` waits on.
package struct FleetStatus: Hashable, Sendable {
    /// The latest revision of the values.
    package var revision: Int64
    /// What to send as `after` to be answered when something has changed; also the response's `ETag`.
    package var version: String
    /// How many clusters are in each state, by the state's name.
    package var states: [String: Int]
    /// What is wrong, clusters with the same cause together; the most clusters first.
    package var problems: [FleetProblem]
    /// Clusters one by one, those that need somebody first; not all when there are many.
    package var clusters: [ClusterStatus]
    /// How many clusters were meant, of which ``clusters`` shows the first.
    package var count: Int
    /// What waits for the signature of a team.
    package var unsigned: [UnsignedContent]
    /// What a restored backup makes wait; `nil` when nothing does.
    package var recovery: RecoveryStatus?
    /// The rollouts that have still clusters to move, or wait for somebody.
    package var rollouts: [RolloutTurn]

    package init(
        revision: Int64,
        version: String,
        states: [String: Int]? = nil,
        problems: [FleetProblem] = [],
        clusters: [ClusterStatus],
        count: Int? = nil,
        unsigned: [UnsignedContent] = [],
        recovery: RecoveryStatus? = nil,
        rollouts: [RolloutTurn] = []
    ) {
        self.revision = revision
        self.version = version
        self.states = states ?? Self.states(of: clusters)
        self.problems = problems
        self.clusters = clusters
        self.count = count ?? clusters.count
        self.unsigned = unsigned
        self.recovery = recovery
        self.rollouts = rollouts
    }
}

extension FleetStatus {
    /// Whether every cluster that was meant is shown.
    package var isWhole: Bool { clusters.count >= count }

    private static func states(of clusters: [ClusterStatus]) -> [String: Int] {
        Dictionary(clusters.map { ($0.state.rawValue, 1) }, uniquingKeysWith: +)
    }
}

extension FleetStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        version = try json.optional("version") ?? ""
        clusters = try json.required("clusters")
        states = try json.optional("states") ?? Self.states(of: clusters)
        problems = try json.optional("problems") ?? []
        count = try json.optional("count") ?? clusters.count
        unsigned = try json.optional("unsigned") ?? []
        recovery = try json.optional("recovery")
        rollouts = try json.optional("rollouts") ?? []
    }

    package var json: JSONValue {
        .members([
            "revision": revision, "version": version, "states": states, "problems": problems, "clusters": clusters,
            "count": count, "unsigned": unsigned, "recovery": recovery,
            "rollouts": rollouts.isEmpty ? nil : rollouts,
        ])
    }
}
