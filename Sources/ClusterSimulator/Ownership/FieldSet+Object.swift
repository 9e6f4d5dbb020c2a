import JSON

extension FieldSet {
    /// Members that nobody owns.
    private static let unowned: [[String]] =
        [["f:apiVersion"], ["f:kind"]]
        + [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields",
            "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
        ].map { ["f:metadata", "f:\($0)"] }

    /// The set without the fields that nobody owns.
    var owned: FieldSet {
        var result = self
        for path in Self.unowned { result.remove(path[...]) }
        if result.children["f:metadata"]?.children.isEmpty == true { result.children["f:metadata"] = nil }
        result.isMember = false
        return result
    }

    /// Every field that an applied configuration declares.
    ///
    /// - Throws: 400 when an element of a keyed list has no key.
    init(declaredBy object: JSONValue, _ topology: Topology) throws(APIStatus) {
        self = try Self.declared(object, topology)
    }

    private static func declared(_ value: JSONValue, _ topology: Topology) throws(APIStatus) -> FieldSet {
        switch value {
        case .object(let members):
            guard !topology.isAtomicMap, !members.isEmpty else { return .leaf }
            var result = FieldSet.empty
            for (key, member) in members {
                result.children["f:" + key] = try declared(member, topology.member(key))
            }
            return result
        case .array(let elements):
            let list = topology.list
            if case .atomic = list { return .leaf }
            var result = FieldSet.empty
            for (key, element) in try ListElement.keyed(elements, list) {
                var child = try declared(element, topology.element)
                child.isMember = true
                result.children[key] = child
            }
            // An empty list is nobody's: nothing in it can be owned.
            return result
        default: return .leaf
        }
    }

    /// What differs between two objects.
    struct Difference {
        /// Added or with another value.
        var changed = FieldSet.empty
        var removed = FieldSet.empty
    }

    /// The fields in which `new` differs from `old`.
    ///
    /// - Throws: 400 when an element of a keyed list has no key.
    static func difference(_ old: JSONValue, _ new: JSONValue, _ topology: Topology) throws(APIStatus) -> Difference {
        var result = Difference()
        try compare(old, new, topology, [], &result)
        result.changed = result.changed.owned
        result.removed = result.removed.owned
        return result
    }

    private static func compare(
        _ old: JSONValue?,
        _ new: JSONValue?,
        _ topology: Topology,
        _ path: [String],
        _ result: inout Difference
    ) throws(APIStatus) {
        guard old != new else { return }
        switch (old, new) {
        case (.object(let left), .object(let right)) where !topology.isAtomicMap:
            for key in Set(left.keys).union(right.keys) {
                try compare(left[key], right[key], topology.member(key), path + ["f:" + key], &result)
            }
        case (.array(let left), .array(let right)):
            let list = topology.list
            if case .atomic = list {
                result.changed.insert(path)
                return
            }
            let before = Dictionary(try ListElement.keyed(left, list).map { ($0.key, $0.element) }) { $1 }
            let after = Dictionary(try ListElement.keyed(right, list).map { ($0.key, $0.element) }) { $1 }
            for key in Set(before.keys).union(after.keys) {
                try compare(before[key], after[key], topology.element, path + [key], &result)
            }
        case (_, .some(let new)):
            if let old { try insertAll(old, topology, path, isNew: false, &result.removed) }
            try insertAll(new, topology, path, isNew: true, &result.changed)
            result.removed = result.removed.subtracting(result.changed)
        case (.some(let old), .none):
            try insertAll(old, topology, path, isNew: false, &result.removed)
            result.removed.insert(path)
        case (.none, .none): break
        }
    }

    private static func insertAll(
        _ value: JSONValue,
        _ topology: Topology,
        _ path: [String],
        isNew: Bool,
        _ set: inout FieldSet
    ) throws(APIStatus) {
        switch value {
        case .object(let members) where !topology.isAtomicMap && !members.isEmpty:
            if topology.isOpenMap || !isNew { set.insert(path) }
            for (key, member) in members {
                try insertAll(member, topology.member(key), path + ["f:" + key], isNew: isNew, &set)
            }
        case .array(let elements):
            let list = topology.list
            if case .atomic = list {
                set.insert(path)
                return
            }
            if isNew { set.insert(path) }
            for (key, element) in try ListElement.keyed(elements, list) {
                set.insert(path + [key])
                try insertAll(element, topology.element, path + [key], isNew: isNew, &set)
            }
        default: set.insert(path)
        }
    }
}
