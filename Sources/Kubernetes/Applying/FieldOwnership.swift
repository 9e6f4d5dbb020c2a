package import JSON

/// Who owns which fields of one object: its `metadata.managedFields`.
package struct FieldOwnership: Hashable, Sendable {
    /// The fields of one manager by one kind of write.
    package struct Entry: Hashable, Sendable {
        package let json: JSONValue

        package var manager: String { json["manager"]?.stringValue ?? "" }
        package var isApply: Bool { json["operation"]?.stringValue == "Apply" }
        package var subresource: String { json["subresource"]?.stringValue ?? "" }
        package var fields: JSONValue { json["fieldsV1"] ?? [:] }

        /// Whether the field at `path`, or one around or inside it, belongs to the manager.
        package func owns(_ path: FieldPath) -> Bool {
            var node = fields
            for step in path.steps {
                guard let members = node.objectValue else { return false }
                // A leaf stands for everything below it.
                if members.isEmpty { return true }
                guard let next = Self.member(members, step) else { return false }
                node = next
            }
            return true
        }

        private static func member(_ members: [String: JSONValue], _ step: FieldPath.Step) -> JSONValue? {
            switch step {
            case .member(let name): members["f:\(name)"]
            case .index(let index): members["i:\(index)"]
            case .keyed(let keys): named("k:", .object(keys), in: members)
            case .value(let value): named("v:", value, in: members)
            }
        }

        private static func named(_ prefix: String, _ key: JSONValue, in members: [String: JSONValue]) -> JSONValue? {
            members.first { name, _ in
                name.hasPrefix(prefix) && (try? JSONValue(parsing: name.dropFirst(prefix.count).utf8)) == key
            }?.value
        }
    }

    package var entries: [Entry]

    /// Reads the managers of `object`.
    package init(_ object: KubernetesObject) {
        entries = object.managedFields.map(Entry.init(json:))
    }

    package var json: JSONValue { .array(entries.map(\.json)) }

    /// Whether `manager` has applied the object itself, not a subresource of it.
    package func hasApplied(_ manager: String) -> Bool {
        entries.contains { $0.manager == manager && $0.isApply && $0.subresource.isEmpty }
    }

    /// Whether a field of the object belongs to `manager` by its applies, and to nobody else.
    package func isOnly(_ manager: String, at path: FieldPath) -> Bool {
        let owners = entries.filter { $0.owns(path) }
        return !owners.isEmpty && owners.allSatisfy { $0.manager == manager && $0.isApply }
    }

    /// Whether one of `managers` owns fields of the object itself.
    package func names(anyOf managers: Set<String>) -> Bool {
        entries.contains { managers.contains($0.manager) && $0.subresource.isEmpty }
    }

    /// Makes the fields of `managers` fields that `heir` has applied, as if it had made the object with them.
    package mutating func move(from managers: Set<String>, to heir: String) {
        func isMoved(_ entry: Entry) -> Bool { managers.contains(entry.manager) && entry.subresource.isEmpty }
        func isHeir(_ entry: Entry) -> Bool {
            entry.manager == heir && entry.isApply && entry.subresource.isEmpty
        }
        let moved = entries.filter(isMoved)
        guard var share = (entries.first(where: isHeir) ?? moved.first)?.json else { return }
        share["manager"] = .string(heir)
        share["operation"] = "Apply"
        share["fieldsV1"] = (entries.filter(isHeir) + moved).map(\.fields).reduce([:], Self.union)
        entries.removeAll { isMoved($0) || isHeir($0) }
        entries.append(Entry(json: share))
    }

    /// Both sets of fields; a field that one owns as a whole stays owned where the other owns parts of it.
    static func union(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
        guard var result = left.objectValue, let others = right.objectValue else { return right }
        if result.isEmpty || others.isEmpty { return result.isEmpty ? right : left }
        for (name, theirs) in others {
            guard let ours = result[name] else {
                result[name] = theirs
                continue
            }
            var both = union(ours, theirs)
            if both != [:], ours == [:] || theirs == [:] { both["."] = [:] }
            result[name] = both
        }
        return .object(result)
    }
}
