package import JSON

/// A cluster to which a restored hub issues nothing, or only above what its agent has seen.
package struct RecoveryCluster: Hashable, Sendable {
    /// Counters of a cluster as one side has them; 0 where it does not say.
    package struct Counters: Hashable, Sendable {
        package var generation: Int64
        package var timestamp: Int64
        package var revision: Int64
        package var root: Int64
        package var audit: Int64

        package init(generation: Int64, timestamp: Int64, revision: Int64, root: Int64, audit: Int64) {
            self.generation = generation
            self.timestamp = timestamp
            self.revision = revision
            self.root = root
            self.audit = audit
        }
    }

    package var name: String
    /// `unheard`, `ahead`, `accepted` or `dismissed`.
    package var state: String
    /// Since when, RFC 3339 in UTC.
    package var since: String
    /// When its agent was last heard; `nil` when it never was.
    package var lastSeen: String?
    /// What the database has.
    package var stored: Counters
    /// What its agent has seen.
    package var seen: Counters
    /// Why it waits for a word of its own; `nil` when the end of the recovery releases it.
    package var obstacle: String?
    /// Who decided about it.
    package var by: String?

    package init(
        name: String,
        state: String,
        since: String,
        lastSeen: String? = nil,
        stored: Counters,
        seen: Counters,
        obstacle: String? = nil,
        by: String? = nil
    ) {
        self.name = name
        self.state = state
        self.since = since
        self.lastSeen = lastSeen
        self.stored = stored
        self.seen = seen
        self.obstacle = obstacle
        self.by = by
    }
}

extension RecoveryCluster.Counters: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        generation = try json.required("generation")
        timestamp = try json.required("timestamp")
        revision = try json.required("revision")
        root = try json.required("root")
        audit = try json.required("audit")
    }

    package var json: JSONValue {
        .members([
            "generation": generation, "timestamp": timestamp, "revision": revision, "root": root, "audit": audit,
        ])
    }
}

extension RecoveryCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        state = try json.required("state")
        since = try json.required("since")
        lastSeen = try json.optional("lastSeen")
        stored = try json.required("stored")
        seen = try json.required("seen")
        obstacle = try json.optional("obstacle")
        by = try json.optional("by")
    }

    package var json: JSONValue {
        .members([
            "name": name, "state": state, "since": since, "lastSeen": lastSeen, "stored": stored, "seen": seen,
            "obstacle": obstacle, "by": by,
        ])
    }
}
