package import JSON

/// How one object of a cluster is, as the agent sees it.
package struct ObjectStatus: Hashable, Sendable {
    package var group: String
    package var kind: String
    package var apiVersion: String
    /// `nil` for an object of the whole cluster.
    package var namespace: String?
    package var name: String
    /// The layer of the bundle that declares it.
    package var layer: String
    /// How far the agent came: `pending`, `applied`, `waiting`, `failed`.
    package var state: String
    /// Whether it does what it should: `unknown`, `ready`, `progressing`, `failed`.
    package var health: String
    /// Whether somebody else changed it of late.
    package var hasDrifted: Bool
    /// What it was applied with: the first eight bytes of the SHA-256 of its manifest as the bundle has it, in hexadecimal.
    package var applied: String?
    /// Since when the live object is not as it was applied, RFC 3339 in UTC; `nil` while the two agree.
    package var differsSince: String?
    /// When somebody else changed it last and it was restored, RFC 3339 in UTC.
    package var driftedAt: String?
    /// When the agent last said how it is, RFC 3339 in UTC.
    package var checkedAt: String?

    package init(
        group: String,
        kind: String,
        apiVersion: String,
        namespace: String?,
        name: String,
        layer: String,
        state: String,
        health: String,
        hasDrifted: Bool,
        applied: String? = nil,
        differsSince: String? = nil,
        driftedAt: String? = nil,
        checkedAt: String? = nil
    ) {
        self.group = group
        self.kind = kind
        self.apiVersion = apiVersion
        self.namespace = namespace
        self.name = name
        self.layer = layer
        self.state = state
        self.health = health
        self.hasDrifted = hasDrifted
        self.applied = applied
        self.differsSince = differsSince
        self.driftedAt = driftedAt
        self.checkedAt = checkedAt
    }

    package var isReady: Bool { state == "applied" && health == "ready" }

    /// Whether the live object is as it was applied; `nil` while it is not applied.
    package var agrees: Bool? { state == "applied" ? differsSince == nil : nil }
}

extension ObjectStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        group = try json.optional("group") ?? ""
        kind = try json.required("kind")
        apiVersion = try json.required("apiVersion")
        namespace = try json.optional("namespace")
        name = try json.required("name")
        layer = try json.required("layer")
        state = try json.required("state")
        health = try json.required("health")
        hasDrifted = try json.optional("drifted") ?? false
        applied = try json.optional("applied")
        differsSince = try json.optional("differsSince")
        driftedAt = try json.optional("driftedAt")
        checkedAt = try json.optional("checkedAt")
    }

    /// Every member is there, absent values as `null`, so that a script finds the same keys for every object.
    package var json: JSONValue {
        [
            "group": group.json, "kind": kind.json, "apiVersion": apiVersion.json,
            "namespace": namespace?.json ?? .null, "name": name.json, "layer": layer.json, "state": state.json,
            "health": health.json, "drifted": hasDrifted.json, "applied": applied?.json ?? .null,
            "agrees": agrees?.json ?? .null, "differsSince": differsSince?.json ?? .null,
            "driftedAt": driftedAt?.json ?? .null, "checkedAt": checkedAt?.json ?? .null,
        ]
    }
}
