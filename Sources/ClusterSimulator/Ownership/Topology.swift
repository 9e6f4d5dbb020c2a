import JSON

/// How the fields below one place of an object are merged and owned by server-side apply.
enum Topology: Sendable {
    /// How the elements of a list are told apart.
    enum List: Sendable {
        case atomic
        case set
        case map(keys: [(name: String, fallback: JSONValue?)])
    }

    /// A built-in kind: the name of the field and of the field around it decide.
    case builtin(field: String, owner: String, kind: String)
    /// A custom resource: its structural schema decides.
    case schema(JSONValue, isRoot: Bool)
    /// Nothing is known: objects merge, lists are atomic.
    case deduced

    /// The topology of member `name` of an object at this place.
    func member(_ name: String) -> Topology {
        switch self {
        case .builtin(let field, _, let kind):
            return .builtin(field: name, owner: field, kind: kind)
        case .schema(let schema, let isRoot):
            if isRoot, name == "metadata" { return .builtin(field: "metadata", owner: "", kind: "") }
            if let property = schema["properties"]?[name] { return .schema(property, isRoot: false) }
            if let additional = schema["additionalProperties"], additional.objectValue != nil {
                return .schema(additional, isRoot: false)
            }
            return .deduced
        case .deduced: return .deduced
        }
    }

    /// The topology of the elements of a list at this place.
    var element: Topology {
        switch self {
        case .builtin: self
        case .schema(let schema, _): schema["items"].map { .schema($0, isRoot: false) } ?? .deduced
        case .deduced: .deduced
        }
    }

    /// How a list at this place is merged.
    var list: List {
        switch self {
        case .builtin(let field, let owner, let kind):
            return BuiltinLists.list(field: field, owner: owner, kind: kind)
        case .schema(let schema, _):
            switch schema["x-kubernetes-list-type"]?.stringValue {
            case "set": return .set
            case "map":
                let names = schema["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
                let properties = schema["items"]?["properties"]
                return .map(keys: names.map { ($0, properties?[$0]?["default"]) })
            default: return .atomic
            }
        case .deduced: return .atomic
        }
    }

    /// Whether an object at this place is owned as a whole.
    var isAtomicMap: Bool {
        switch self {
        case .builtin(let field, let owner, let kind):
            BuiltinLists.isAtomicMap(field: field, owner: owner, kind: kind)
        case .schema(let schema, _): schema["x-kubernetes-map-type"]?.stringValue == "atomic"
        case .deduced: false
        }
    }

    /// Whether the keys of an object at this place are data, not fields.
    var isOpenMap: Bool {
        switch self {
        case .builtin(let field, _, _): BuiltinLists.openMaps.contains(field)
        case .schema(let schema, let isRoot): !isRoot && schema["properties"] == nil
        case .deduced: true
        }
    }
}

/// The well-known lists and maps of built-in kinds.
enum BuiltinLists {
    static let openMaps: Set<String> = [
        "labels", "annotations", "data", "stringData", "binaryData", "matchLabels", "limits", "requests", "hard",
        "used", "nodeSelector", "parameters",
    ]

    private static let containers: Set<String> = ["containers", "initContainers", "ephemeralContainers"]

    static func list(field: String, owner: String, kind: String) -> Topology.List {
        switch field {
        case "containers", "initContainers", "ephemeralContainers", "volumes", "imagePullSecrets", "webhooks":
            return named("name")
        case "env": return containers.contains(owner) ? named("name") : .atomic
        case "secrets": return owner.isEmpty && kind == "ServiceAccount" ? named("name") : .atomic
        case "volumeMounts": return named("mountPath")
        case "volumeDevices": return named("devicePath")
        case "conditions": return named("type")
        case "ownerReferences": return named("uid")
        case "finalizers": return owner == "metadata" ? .set : .atomic
        case "hostAliases", "podIPs": return named("ip")
        case "topologySpreadConstraints": return .map(keys: [("topologyKey", nil), ("whenUnsatisfiable", nil)])
        case "ports" where containers.contains(owner):
            return .map(keys: [("containerPort", nil), ("protocol", "TCP")])
        case "ports" where owner == "spec" && kind == "Service":
            return .map(keys: [("port", nil), ("protocol", "TCP")])
        default: return .atomic
        }
    }

    static func isAtomicMap(field: String, owner: String, kind: String) -> Bool {
        switch field {
        case "selector", "podSelector", "namespaceSelector", "objectSelector", "labelSelector", "nodeSelector",
            "roleRef", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "scaleTargetRef",
            "secretRef", "configMapRef", "localObjectReference":
            true
        default: false
        }
    }

    private static func named(_ key: String) -> Topology.List { .map(keys: [(key, nil)]) }
}
