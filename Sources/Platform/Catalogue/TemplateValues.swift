import JSON
import Values

/// What a template is filled with.
struct TemplateValues {
    private let tree: JSONValue
    private let app: JSONValue
    private var item: JSONValue?

    /// - Parameters:
    ///   - tree: The effective values; teams are not for apps to read.
    ///   - app: The effective spec of the app itself.
    init(tree: JSONValue, app: JSONValue) {
        self.tree = tree
        self.app = app
    }

    /// The value at `path`, or its fallback.
    subscript(path: ValuePath) -> JSONValue? {
        let rest = JSONPointer(Array(path.tokens.dropFirst()))
        let value =
            switch path.tokens.first {
            case "app": app[rest]
            case "item": item?[rest]
            default: tree[JSONPointer(path.tokens)]
            }
        guard let value, !value.isNull, !SecretMarker.isMarker(value) else {
            return path.fallback.map { .string($0) }
        }
        return value
    }

    /// The same inside `$each`.
    func with(item: JSONValue) -> TemplateValues {
        var copy = self
        copy.item = item
        return copy
    }
}

extension JSONValue {
    /// What can be read of effective values where no secret may go: all but secret leaves, and all but teams.
    var withoutSecretLeaves: JSONValue {
        var tree = self
        tree["teams"] = nil
        for (section, kind) in [("settings", Kind.settings), ("apps", .app), ("policies", .policy)] {
            guard let members = tree[section]?.objectValue else { continue }
            var plain: [String: JSONValue] = [:]
            for (name, spec) in members { plain[name] = spec.withoutSecretLeaves(of: kind, named: name) }
            tree[section] = .object(plain)
        }
        if let cluster = tree["cluster"] { tree["cluster"] = cluster.withoutSecretLeaves(of: .cluster, named: "") }
        return tree
    }

    /// The spec of a document without its secret leaves.
    func withoutSecretLeaves(of kind: Kind, named name: String) -> JSONValue {
        // Backwards, so that what is removed from a list does not move what is to be removed next.
        SecretLeaves.pointers(in: self, kind: kind, name: name).reversed().reduce(self) { value, pointer in
            value.removing(pointer.tokens[...])
        }
    }

    /// The value without the markers that stand for secrets that were not read.
    var withoutMarkers: JSONValue {
        switch self {
        case .object(let members):
            .object(members.filter { !SecretMarker.isMarker($0.value) }.mapValues(\.withoutMarkers))
        case .array(let elements):
            .array(elements.filter { !SecretMarker.isMarker($0) }.map(\.withoutMarkers))
        case .null, .bool, .integer, .number, .string: self
        }
    }

    private func removing(_ tokens: ArraySlice<String>) -> JSONValue {
        guard let token = tokens.first else { return self }
        let rest = tokens.dropFirst()
        switch self {
        case .object(var members):
            members[token] = rest.isEmpty ? nil : members[token]?.removing(rest)
            return .object(members)
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index) else { return self }
            if rest.isEmpty { elements.remove(at: index) } else { elements[index] = elements[index].removing(rest) }
            return .array(elements)
        case .null, .bool, .integer, .number, .string: return self
        }
    }
}
