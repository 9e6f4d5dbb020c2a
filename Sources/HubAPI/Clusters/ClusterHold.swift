package import JSON

/// Why nothing is applied on a cluster.
package struct ClusterHold: Hashable, Sendable {
    /// Who asked for it: `hub` or `cluster`.
    package var origin: String
    package var reason: String
    /// Who paused it through the hub; `nil` when the cluster's own people did.
    package var by: String?
    /// Since when, RFC 3339 in UTC; `nil` when the cluster's own people did.
    package var since: String?
    /// Whether the agent has said that it applies nothing.
    package var isHonoured: Bool

    package init(origin: String, reason: String, by: String? = nil, since: String? = nil, isHonoured: Bool) {
        self.origin = origin
        self.reason = reason
        self.by = by
        self.since = since
        self.isHonoured = isHonoured
    }

    /// Who holds it and why, in one sentence.
    package var sentence: String {
        let who = by.map { "Paused by \($0)" } ?? "Paused on the cluster itself"
        return "\(who): \(reason)"
    }
}

extension ClusterHold: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        origin = try json.required("origin")
        reason = try json.optional("reason") ?? ""
        by = try json.optional("by")
        since = try json.optional("since")
        isHonoured = try json.optional("honoured") ?? false
    }

    package var json: JSONValue {
        .members(["origin": origin, "reason": reason, "by": by, "since": since, "honoured": isHonoured])
    }
}
