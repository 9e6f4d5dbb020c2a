package import JSON

/// Clusters that are not as they should be for the same cause.
package struct FleetProblem: Hashable, Sendable {
    package var state: ClusterState
    /// What is wrong, without what is peculiar to one of them.
    package var cause: String
    /// How many clusters it concerns.
    package var count: Int
    /// Since when the first of them is in that state, RFC 3339 in UTC.
    package var since: String
    /// The first of them, by name (at most 5).
    package var clusters: [String]
    /// Why, in the words of the first of them.
    package var reason: String?

    package init(
        state: ClusterState,
        cause: String,
        count: Int,
        since: String,
        clusters: [String],
        reason: String? = nil
    ) {
        self.state = state
        self.cause = cause
        self.count = count
        self.since = since
        self.clusters = clusters
        self.reason = reason
    }
}

extension FleetProblem: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        state = ClusterState(rawValue: try json.required("state"))
        cause = try json.optional("cause") ?? ""
        count = try json.required("count")
        since = try json.optional("since") ?? ""
        clusters = try json.optional("clusters") ?? []
        reason = try json.optional("reason")
    }

    package var json: JSONValue {
        .members([
            "state": state.rawValue, "cause": cause, "count": count, "since": since, "clusters": clusters,
            "reason": reason,
        ])
    }
}
