package import JSON

/// A rollout with a page of its clusters.
package struct RolloutDetail: Sendable {
    package var rollout: RolloutSummary
    package var clusters: Page<RolloutCluster>

    package init(rollout: RolloutSummary, clusters: Page<RolloutCluster>) {
        self.rollout = rollout
        self.clusters = clusters
    }
}

extension RolloutDetail: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        rollout = try json.required("rollout")
        clusters = try json.required("clusters")
    }

    package var json: JSONValue { .members(["rollout": rollout, "clusters": clusters]) }
}

/// Where one cluster stands in a rollout.
package struct RolloutCluster: Hashable, Sendable {
    package var cluster: String
    /// Its wave, from 1.
    package var wave: Int
    /// `waiting`, `moved`, `healthy`, `failed`, `deferred`, `returning`, `returned` or `taken`.
    package var state: String
    /// The revision that it was to run before.
    package var from: Int64
    /// Since when it stands there, RFC 3339 in UTC.
    package var since: String
    package var movedAt: String?
    package var reason: String?

    package init(
        cluster: String,
        wave: Int,
        state: String,
        from: Int64,
        since: String,
        movedAt: String? = nil,
        reason: String? = nil
    ) {
        self.cluster = cluster
        self.wave = wave
        self.state = state
        self.from = from
        self.since = since
        self.movedAt = movedAt
        self.reason = reason
    }
}

extension RolloutCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.required("cluster")
        wave = try json.optional("wave") ?? 1
        state = try json.required("state")
        from = try json.optional("from") ?? 0
        since = try json.optional("since") ?? ""
        movedAt = try json.optional("movedAt")
        reason = try json.optional("reason")
    }

    package var json: JSONValue {
        .members([
            "cluster": cluster, "wave": wave, "state": state, "from": from, "since": since, "movedAt": movedAt,
            "reason": reason,
        ])
    }
}
