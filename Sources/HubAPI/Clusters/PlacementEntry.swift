package import JSON
package import Values

/// Whose whereabouts are asked for.
package struct PlacementQuery: Hashable, Sendable {
    package var kind: Kind
    package var name: String
    /// The owning team of a service, a job or a secret.
    package var team: String?
    /// Only clusters where it goes, or only those where it does not.
    package var isPlaced: Bool?

    package init(kind: Kind, name: String, team: String? = nil, isPlaced: Bool? = nil) {
        self.kind = kind
        self.name = name
        self.team = team
        self.isPlaced = isPlaced
    }

    /// `Service demo/hello`.
    package var subject: String { "\(kind.rawValue) \(team.map { "\($0)/" } ?? "")\(name)" }

    /// The path of one page.
    func path(after: String?) -> String {
        Route.placements.path(
            query: [
                ("kind", kind.rawValue), ("team", team), ("name", name), ("placed", isPlaced.map { "\($0)" }),
                ("after", after), ("limit", "1000"),
            ]
        )
    }
}

/// Whether something goes to one cluster, and if not, why.
package struct PlacementEntry: Hashable, Sendable {
    package var cluster: String
    /// Whether it goes there by the revision that the cluster is to run.
    package var isPlaced: Bool
    /// Whether it goes there by the revision that the cluster runs; `nil` where the hub does not know.
    package var isRunning: Bool?
    /// Whether it goes there by the newest values, which the cluster may not be told to run yet, or no longer.
    package var isInNewest: Bool
    /// Why it does not go there; for a cluster where it goes and cannot be yet, why.
    package var reason: String?
    /// The scope whose document says where it goes; `nil` where none does.
    package var scope: String?
    /// How the cluster is.
    package var state: ClusterState

    /// `isRunning` and `isInNewest` are like `isPlaced` where nothing else is said.
    package init(
        cluster: String,
        isPlaced: Bool,
        isRunning: Bool?? = nil,
        isInNewest: Bool? = nil,
        reason: String? = nil,
        scope: String? = nil,
        state: ClusterState
    ) {
        self.cluster = cluster
        self.isPlaced = isPlaced
        self.isRunning = isRunning ?? isPlaced
        self.isInNewest = isInNewest ?? isPlaced
        self.reason = reason
        self.scope = scope
        self.state = state
    }
}

extension PlacementEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.required("cluster")
        isPlaced = try json.required("placed")
        isRunning = try json.optional("running")
        isInNewest = try json.optional("newest") ?? isPlaced
        reason = try json.optional("reason")
        scope = try json.optional("scope")
        state = ClusterState(rawValue: try json.optional("state") ?? "unknown")
    }

    package var json: JSONValue {
        [
            "cluster": cluster.json, "placed": isPlaced.json, "running": isRunning?.json ?? .null,
            "newest": isInNewest.json, "reason": reason?.json ?? .null, "scope": scope?.json ?? .null,
            "state": state.rawValue.json,
        ]
    }
}
