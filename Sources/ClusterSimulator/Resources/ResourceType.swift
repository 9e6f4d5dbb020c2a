import JSON

/// One resource that a simulated API server serves: its names, versions and habits.
struct ResourceType: Sendable {
    /// A column that a custom resource definition adds to `kubectl get`.
    struct Column: Sendable {
        var name: String
        var type: String
        var path: String
        var priority: Int64 = 0
    }

    /// One served version of a custom resource.
    struct Version: Sendable {
        var name: String
        var schema: JSONValue?
        var hasStatus: Bool
        var columns: [Column] = []
    }

    /// Rules for `metadata.name`.
    enum NameRule: Sendable {
        case subdomain, label, startsWithLetter, pathSegment
    }

    var group: String
    var kind: String
    var plural: String
    var singular: String
    var shortNames: [String] = []
    var categories: [String] = []
    var isNamespaced = true
    var versions: [Version]
    var nameRule = NameRule.subdomain
    /// Whether `metadata.generation` counts changes of the specification.
    var hasGeneration = false
    var isCustom = false

    /// `deployments.apps`, as messages name the resource.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    var key: ResourceKey { ResourceKey(group: group, plural: plural) }

    var listKind: String { kind + "List" }

    func version(_ name: String) -> Version? { versions.first { $0.name == name } }

    func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The `details` of a Status about one object of this resource.
    func details(_ name: String) -> JSONValue {
        var result: JSONValue = ["name": .string(name), "kind": .string(plural)]
        if !group.isEmpty { result["group"] = .string(group) }
        return result
    }

    /// Whether the number of replicas can be set by a subresource of its own.
    var hasScale: Bool { group == "apps" && ["Deployment", "StatefulSet", "ReplicaSet"].contains(kind) }

    /// How fields of an object are merged and owned.
    func topology(_ version: String) -> Topology {
        guard isCustom else { return .builtin(field: "", owner: "", kind: kind) }
        guard let schema = self.version(version)?.schema else { return .deduced }
        return .schema(schema, isRoot: true)
    }
}

/// A resource without its version: what objects are stored under.
struct ResourceKey: Hashable, Sendable {
    var group: String
    var plural: String
}

/// Where one object lives.
struct ObjectName: Hashable, Comparable, Sendable {
    var namespace: String
    var name: String

    static func < (left: ObjectName, right: ObjectName) -> Bool {
        left.namespace == right.namespace ? left.name < right.name : left.namespace < right.namespace
    }
}
