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

    package init(
        group: String,
        kind: String,
        apiVersion: String,
        namespace: String?,
        name: String,
        layer: String,
        state: String,
        health: String,
        hasDrifted: Bool
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
    }

    package var isReady: Bool { state == "applied" && health == "ready" }
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
    }

    /// Every member is there, absent values as `null`, so that a script finds the same keys for every object.
    package var json: JSONValue {
        [
            "group": group.json, "kind": kind.json, "apiVersion": apiVersion.json,
            "namespace": namespace?.json ?? .null, "name": name.json, "layer": layer.json, "state": state.json,
            "health": health.json, "drifted": hasDrifted.json,
        ]
    }
}
