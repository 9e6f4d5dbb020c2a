import Concurrency
import JSON

/// The columns that `kubectl get` shows for a resource.
struct PrinterColumns {
    private struct Column: Sendable {
        var name: String
        var type = "string"
        var format = ""
        var priority: Int64 = 0
        var cell: @Sendable (JSONValue, String) -> JSONValue
    }

    private let columns: [Column]

    init(_ type: ResourceType, _ version: String) {
        let name = Column(name: "Name", format: "name") { object, _ in object["metadata"]?["name"] ?? "" }
        if type.isCustom {
            let custom = (type.version(version)?.columns ?? []).map(Self.column)
            columns = [name] + (custom.isEmpty ? [Self.age] : custom)
        } else {
            let columns = [name] + Self.builtin(type.kind)
            self.columns = type.key == ClusterState.definitions ? columns : columns + [Self.age]
        }
    }

    var definitions: JSONValue {
        .array(
            columns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                    "description": "", "priority": .integer(column.priority),
                ]
            }
        )
    }

    func cells(_ object: JSONValue, now: String) -> [JSONValue] {
        columns.map { $0.cell(object, now) }
    }

    // MARK: - Columns

    private static let age = Column(name: "Age") { object, now in
        .string(elapsed(since: object["metadata"]?["creationTimestamp"]?.stringValue, now: now))
    }

    private static func column(_ column: ResourceType.Column) -> Column {
        Column(name: column.name, type: column.type, priority: column.priority) { object, now in
            let value = SimpleJSONPath(column.path).first(in: object)
            guard column.type == "date" else { return value ?? .null }
            return .string(elapsed(since: value?.stringValue, now: now))
        }
    }

    private static func text(_ name: String, _ path: [String], or fallback: JSONValue = "<none>") -> Column {
        Column(name: name) { object, _ in object[JSONPointer(path)] ?? fallback }
    }

    private static func number(_ name: String, _ path: [String]) -> Column {
        Column(name: name, type: "integer") { object, _ in object[JSONPointer(path)] ?? 0 }
    }

    private static func count(_ name: String, _ key: String) -> Column {
        Column(name: name, type: "integer") { object, _ in
            .integer(Int64((object[key]?.objectValue?.count ?? 0) + (object["binaryData"]?.objectValue?.count ?? 0)))
        }
    }

    private static func fraction(_ name: String, _ part: [String], of whole: [String]) -> Column {
        Column(name: name) { object, _ in
            let part = object[JSONPointer(part)]?.integerValue ?? 0
            return "\(part)/\(object[JSONPointer(whole)]?.integerValue ?? 0)"
        }
    }

    private static func builtin(_ kind: String) -> [Column] {
        switch kind {
        case "Namespace", "PersistentVolume", "PersistentVolumeClaim": return [text("Status", ["status", "phase"])]
        case "ConfigMap": return [count("Data", "data")]
        case "Secret": return [text("Type", ["type"]), count("Data", "data")]
        case "Deployment":
            return [
                fraction("Ready", ["status", "readyReplicas"], of: ["spec", "replicas"]),
                number("Up-to-date", ["status", "updatedReplicas"]),
                number("Available", ["status", "availableReplicas"]),
            ]
        case "StatefulSet": return [fraction("Ready", ["status", "readyReplicas"], of: ["spec", "replicas"])]
        case "ReplicaSet":
            return [
                number("Desired", ["spec", "replicas"]), number("Current", ["status", "replicas"]),
                number("Ready", ["status", "readyReplicas"]),
            ]
        case "DaemonSet":
            return [
                number("Desired", ["status", "desiredNumberScheduled"]),
                number("Current", ["status", "currentNumberScheduled"]), number("Ready", ["status", "numberReady"]),
            ]
        case "Job": return [fraction("Completions", ["status", "succeeded"], of: ["spec", "completions"])]
        case "CronJob":
            return [text("Schedule", ["spec", "schedule"]), text("Suspend", ["spec", "suspend"], or: "False")]
        case "Pod":
            return [Column(name: "Ready", cell: readyContainers), text("Status", ["status", "phase"])]
        case "Service":
            return [
                text("Type", ["spec", "type"]), text("Cluster-IP", ["spec", "clusterIP"]),
                text("External-IP", ["spec", "externalName"]), Column(name: "Port(s)", cell: ports),
            ]
        case "Node": return [Column(name: "Status") { _, _ in "Ready" }]
        case "RoleBinding", "ClusterRoleBinding":
            return [
                Column(name: "Role") { object, _ in
                    let role = object["roleRef"]
                    return "\(role?["kind"]?.stringValue ?? "")/\(role?["name"]?.stringValue ?? "")"
                }
            ]
        case "CustomResourceDefinition": return [text("Created At", ["metadata", "creationTimestamp"])]
        default: return []
        }
    }

    private static func readyContainers(_ pod: JSONValue, _ now: String) -> JSONValue {
        let statuses = pod["status"]?["containerStatuses"]?.arrayValue ?? []
        let ready = statuses.count { $0["ready"] == true }
        return "\(ready)/\(pod["spec"]?["containers"]?.arrayValue?.count ?? 0)"
    }

    private static func ports(_ service: JSONValue, _ now: String) -> JSONValue {
        let ports = (service["spec"]?["ports"]?.arrayValue ?? []).map { port in
            "\(port["port"]?.integerValue ?? 0)/\(port["protocol"]?.stringValue ?? "TCP")"
        }
        return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
    }

    /// A duration as `kubectl` shows it: `5s`, `3m20s`, `5h`, `12d`.
    static func elapsed(since start: String?, now: String) -> String {
        guard let start = start.flatMap({ UnixTime(rfc3339: $0) }), let now = UnixTime(rfc3339: now) else {
            return "<unknown>"
        }
        let seconds = max(0, (now.milliseconds - start.milliseconds) / 1000)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds / 60)m\(seconds % 60)s"
        case ..<10800: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3600)h"
        default: return "\(seconds / 86400)d"
        }
    }
}

/// The part of JSONPath that printer columns use: names, indices, `[*]` and `[?(@.a=="b")]`.
struct SimpleJSONPath {
    private enum Step {
        case name(String)
        case index(Int)
        case all
        case filter(path: [String], value: String)
    }

    private var steps: [Step] = []

    init(_ text: String) {
        var rest = text[...]
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "[", let close = rest.firstIndex(of: "]") {
                // A filter may hold brackets of its own only in quotes, which columns do not use.
                steps.append(Self.bracket(rest[..<close]))
                rest = rest[rest.index(after: close)...]
            } else if first == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                // `\.` is a dot inside a name.
                var whole = String(name)
                rest = rest.dropFirst(name.count)
                while whole.hasSuffix("\\"), rest.first == "." {
                    let more = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
                    whole = whole.dropLast() + "." + more
                    rest = rest.dropFirst(more.count + 1)
                }
                if !whole.isEmpty { steps.append(.name(whole)) }
            }
        }
    }

    /// The first value at the path.
    func first(in value: JSONValue) -> JSONValue? {
        var current = [value]
        for step in steps {
            current = current.flatMap { value -> [JSONValue] in
                switch step {
                case .name(let name): [value[name]].compactMap { $0 }
                case .index(let index): [value[index]].compactMap { $0 }
                case .all: value.arrayValue ?? []
                case .filter(let path, let wanted):
                    (value.arrayValue ?? []).filter { $0[JSONPointer(path)]?.stringValue == wanted }
                }
            }
        }
        return current.first
    }

    private static func bracket(_ text: Substring) -> Step {
        if text == "*" { return .all }
        if let index = Int(text) { return .index(index) }
        let quotes: Set<Character> = ["'", "\""]
        if let first = text.first, quotes.contains(first) { return .name(String(text.dropFirst().dropLast())) }
        guard text.hasPrefix("?(@."), text.hasSuffix(")"), let equal = text.firstIndex(of: "=") else { return .all }
        let path = text.dropFirst(4)[..<equal].filter { $0 != " " }.split(separator: ".").map(String.init)
        let value = text[equal...].dropLast().filter { $0 != "=" && $0 != " " && !quotes.contains($0) }
        return .filter(path: path, value: String(value))
    }
}
