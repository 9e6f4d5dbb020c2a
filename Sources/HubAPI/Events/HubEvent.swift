package import JSON

/// One thing that happened in the fleet.
package struct HubEvent: Hashable, Sendable {
    /// What a reader sends to go on after this event: an opaque text.
    package var id: String
    /// RFC 3339 in UTC.
    package var time: String
    /// The stable name of what happened, such as `cluster.paused`.
    package var kind: String
    /// What it happened to, such as `cluster paris` or `Service demo/hello`.
    package var subject: String
    package var cluster: String?
    package var team: String?
    package var revision: Int64?
    /// `person`, `token`, `agent` or `hub`.
    package var actorKind: String
    package var actor: String
    /// What else is known of it.
    package var data: JSONValue

    package init(
        id: String,
        time: String,
        kind: String,
        subject: String,
        cluster: String? = nil,
        team: String? = nil,
        revision: Int64? = nil,
        actorKind: String,
        actor: String,
        data: JSONValue = [:]
    ) {
        self.id = id
        self.time = time
        self.kind = kind
        self.subject = subject
        self.cluster = cluster
        self.team = team
        self.revision = revision
        self.actorKind = actorKind
        self.actor = actor
        self.data = data
    }

    /// Whether it is of a kind, or of a sort of kinds, such as `cluster.*`.
    package func isOfKind(_ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? kind.hasPrefix(pattern.dropLast()) : kind == pattern
    }
}

extension HubEvent: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        id = try json.required("id")
        time = try json.required("time")
        kind = try json.required("kind")
        subject = try json.required("subject")
        cluster = try json.optional("cluster")
        team = try json.optional("team")
        revision = try json.optional("revision")
        actorKind = try json.required("actorKind")
        actor = try json.required("actor")
        data = try json.optional("data") ?? [:]
    }

    package var json: JSONValue {
        .members([
            "id": id, "time": time, "kind": kind, "subject": subject, "cluster": cluster, "team": team,
            "revision": revision, "actorKind": actorKind, "actor": actor, "data": data,
        ])
    }
}
