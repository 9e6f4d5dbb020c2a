package import JSON
package import Kubernetes

/// Finds which declared fields of an object are no longer ours, and whose they are.
package struct LostFields {
    /// How many fields are named at most.
    package static let limit = 8

    private struct Owner {
        let manager: String
        let fields: JSONValue
    }

    private var taken: [KubernetesError.FieldConflict] = []
    /// Fields that nobody owns: somebody removed them.
    private var removed: [String] = []

    /// The fields of `body` that `manager` does not own by `managedFields`.
    ///
    /// A removed field is charged to whoever wrote last. Status is left out: it is never ours.
    package static func find(
        in body: JSONValue,
        _ managedFields: JSONValue?,
        of manager: String
    ) -> [KubernetesError.FieldConflict] {
        var ours: JSONValue = [:]
        var others: [(time: String, operation: String, owner: Owner)] = []
        for entry in managedFields?.arrayValue ?? [] {
            guard let name = entry["manager"]?.stringValue, let fields = entry["fieldsV1"],
                entry["subresource"]?.stringValue != "status"
            else { continue }
            let operation = entry["operation"]?.stringValue ?? ""
            if name == manager, operation == "Apply" {
                ours = fields
            } else {
                others.append((entry["time"]?.stringValue ?? "", operation, Owner(manager: name, fields: fields)))
            }
        }
        others.sort { $0.time > $1.time }
        var search = LostFields()
        search.compare(declared(body), ours, others.map(\.owner), at: "")
        if search.taken.isEmpty, let last = others.first(where: { $0.operation == "Update" }) ?? others.first {
            search.taken = search.removed.map { .init(manager: last.owner.manager, field: $0) }
        }
        return Array(search.taken.prefix(limit))
    }

    /// What of a body the API server keeps owners for.
    private static func declared(_ body: JSONValue) -> JSONValue {
        var body = body
        for member in ["apiVersion", "kind", "status", "stringData"] { body[member] = nil }
        for member in ["name", "namespace"] { body["metadata"]?[member] = nil }
        return body
    }

    private mutating func compare(_ value: JSONValue, _ ours: JSONValue?, _ others: [Owner], at path: String) {
        guard taken.count < Self.limit, !value.isNull else { return }
        if let ours {
            // An empty set is one field as a whole: ours.
            guard ours.objectValue?.contains(where: { $0.key != "." }) ?? false else { return }
        } else if let other = others.first(where: { Self.isWhole($0.fields, value) }) {
            taken.append(.init(manager: other.manager, field: path))
            return
        } else if others.isEmpty {
            if removed.count < Self.limit { removed.append(path) }
            return
        }
        switch value {
        case .object(let members):
            for (key, child) in members.sorted(by: { $0.key < $1.key }) {
                let element = "f:\(key)"
                compare(child, ours?[element], Self.inside(others, element), at: "\(path).\(key)")
            }
        case .array(let elements):
            for child in elements {
                let trees = [ours].compactMap(\.self) + others.map(\.fields)
                guard let element = trees.lazy.compactMap({ Self.element(of: child, in: $0) }).first else { continue }
                compare(child, ours?[element], Self.inside(others, element), at: path + Self.text(element))
            }
        case .null, .bool, .integer, .number, .string: return
        }
    }

    /// Whether an owner has all of `value`, not only something inside.
    private static func isWhole(_ fields: JSONValue, _ value: JSONValue) -> Bool {
        switch value {
        case .object, .array: fields.objectValue?.isEmpty ?? true
        default: true
        }
    }

    private static func inside(_ owners: [Owner], _ element: String) -> [Owner] {
        owners.compactMap { owner in owner.fields[element].map { Owner(manager: owner.manager, fields: $0) } }
    }

    /// How `fields` names an element of a list: by its keys, or by its value.
    private static func element(of value: JSONValue, in fields: JSONValue) -> String? {
        fields.objectValue?.keys.sorted().first { name in
            guard let content = try? JSONValue(parsing: Array(name.utf8.dropFirst(2))) else { return false }
            if name.hasPrefix("v:") { return content == value }
            guard name.hasPrefix("k:"), let keys = content.objectValue else { return false }
            // A key that is left out has its default.
            return keys.allSatisfy { value[$0.key] == nil || value[$0.key] == $0.value }
                && keys.contains { value[$0.key] == $0.value }
        }
    }

    /// An element as the API server's messages name it: `[name="web"]`.
    private static func text(_ element: String) -> String {
        let rest = String(element.dropFirst(2))
        guard element.hasPrefix("k:"), let keys = (try? JSONValue(parsing: Array(rest.utf8)))?.objectValue else {
            return "[=\(rest)]"
        }
        let pairs = keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compactText)" }
        return "[\(pairs.joined(separator: ","))]"
    }
}
