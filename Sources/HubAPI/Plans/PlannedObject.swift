package import JSON

/// What becomes of one Kubernetes object.
package struct PlannedObject: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
        case added
        case changed
        /// Deleted and made anew.
        case replaced
        case removed
    }

    package var action: Action
    package var apiVersion: String
    package var kind: String
    /// `nil` for what is of the whole cluster.
    package var namespace: String?
    package var name: String
    /// The layer that holds it.
    package var layer: String
    /// What changes in it; a secret is a marker that differs before and after.
    package var fields: [JSONDifference]
    /// The whole object, of what is added, where details were asked for.
    package var object: JSONValue?
    /// Whether the agent leaves it on the cluster although it is removed.
    package var stays: Bool

    package init(
        _ action: Action,
        apiVersion: String,
        kind: String,
        namespace: String? = nil,
        name: String,
        layer: String,
        fields: [JSONDifference] = [],
        object: JSONValue? = nil,
        stays: Bool = false
    ) {
        self.action = action
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.layer = layer
        self.fields = fields
        self.object = object
        self.stays = stays
    }

    /// For people: `Deployment team-demo/web`.
    package var title: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }
}

extension PlannedObject: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.required("action")
        guard let action = Action(rawValue: word) else {
            throw JSONError("one of added, changed, replaced, removed is expected", at: JSONPointer(["action"]))
        }
        self.init(
            action,
            apiVersion: try json.required("apiVersion"),
            kind: try json.required("kind"),
            namespace: try json.optional("namespace"),
            name: try json.required("name"),
            layer: try json.required("layer"),
            fields: try json.optional("fields") ?? [],
            object: try json.optional("object"),
            stays: try json.optional("stays") ?? false
        )
    }

    package var json: JSONValue {
        .members([
            "action": action.rawValue, "apiVersion": apiVersion, "kind": kind, "namespace": namespace, "name": name,
            "layer": layer, "fields": fields.isEmpty ? nil : fields, "object": object, "stays": stays ? true : nil,
        ])
    }
}
