package import JSON
package import Values

/// A rollout that somebody asks for: to any revision, of the fleet or of a part of it.
package struct RolloutRequest: Hashable, Sendable {
    package var revision: Int64
    package var message: String
    /// Clusters by name; at most one of `clusters`, `selector` and `group`, none for the fleet.
    package var clusters: [String]?
    package var selector: [String: String]?
    package var group: String?
    /// `nil` for the fleet's policy.
    package var strategy: RolloutStrategy?

    package init(
        revision: Int64,
        message: String,
        clusters: [String]? = nil,
        selector: [String: String]? = nil,
        group: String? = nil,
        strategy: RolloutStrategy? = nil
    ) {
        self.revision = revision
        self.message = message
        self.clusters = clusters
        self.selector = selector
        self.group = group
        self.strategy = strategy
    }
}

extension RolloutRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        revision = try json.required("revision")
        message = try json.required("message")
        clusters = try json.optional("clusters")
        selector = try json.optional("selector")
        group = try json.optional("group")
        strategy = try json.optional("strategy")
    }

    package var json: JSONValue {
        .members([
            "revision": revision, "message": message, "clusters": clusters, "selector": selector, "group": group,
            "strategy": strategy,
        ])
    }
}

/// What a person has a rollout do: `pause`, `resume`, `abort`, `promote` or `return`.
package struct RolloutSteering: Hashable, Sendable {
    package var action: String

    package init(action: String) { self.action = action }
}

extension RolloutSteering: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) { action = try json.required("action") }

    package var json: JSONValue { .members(["action": action]) }
}

/// How the clusters of a commit are moved.
package struct RolloutPolicy: Hashable, Sendable {
    package var strategy: RolloutStrategy
    /// Who decided; `nil` while it is the standard.
    package var author: String?
    /// When, RFC 3339 in UTC.
    package var setAt: String?

    package init(strategy: RolloutStrategy, author: String? = nil, setAt: String? = nil) {
        self.strategy = strategy
        self.author = author
        self.setAt = setAt
    }
}

extension RolloutPolicy: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        strategy = try json.required("strategy")
        author = try json.optional("by")
        setAt = try json.optional("setAt")
    }

    package var json: JSONValue { .members(["strategy": strategy, "by": author, "setAt": setAt]) }
}
