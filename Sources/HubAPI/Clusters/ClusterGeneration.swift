package import JSON

/// One generation that was published for a cluster, and when the cluster had it.
package struct ClusterGeneration: Hashable, Sendable {
    package var generation: Int64
    package var revision: Int64
    /// When it went out, RFC 3339 in UTC.
    package var publishedAt: String
    /// When it was applied; `nil` while it is not, and for one that a later one overtook.
    package var appliedAt: String?
    /// How long that took, in milliseconds.
    package var duration: Int64?
    /// When all of it was ready for the first time.
    package var readyAt: String?
    /// The last state that was reported of it.
    package var state: String?

    package init(
        generation: Int64,
        revision: Int64,
        publishedAt: String,
        appliedAt: String? = nil,
        duration: Int64? = nil,
        readyAt: String? = nil,
        state: String? = nil
    ) {
        self.generation = generation
        self.revision = revision
        self.publishedAt = publishedAt
        self.appliedAt = appliedAt
        self.duration = duration
        self.readyAt = readyAt
        self.state = state
    }
}

extension ClusterGeneration: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        generation = try json.required("generation")
        revision = try json.required("revision")
        publishedAt = try json.required("publishedAt")
        appliedAt = try json.optional("appliedAt")
        duration = try json.optional("durationMilliseconds")
        readyAt = try json.optional("readyAt")
        state = try json.optional("state")
    }

    package var json: JSONValue {
        [
            "generation": generation.json, "revision": revision.json, "publishedAt": publishedAt.json,
            "appliedAt": appliedAt?.json ?? .null, "durationMilliseconds": duration?.json ?? .null,
            "readyAt": readyAt?.json ?? .null, "state": state?.json ?? .null,
        ]
    }
}
