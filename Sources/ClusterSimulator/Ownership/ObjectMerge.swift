import JSON

/// The two movements of server-side apply: laying a configuration over an object, and taking fields out of it.
enum ObjectMerge {
    /// `live` with everything that `applied` declares laid over it.
    ///
    /// - Throws: 400 when an element of a keyed list has no key.
    static func merge(_ live: JSONValue?, _ applied: JSONValue, _ topology: Topology) throws(APIStatus) -> JSONValue {
        switch (live, applied) {
        case (.object(var members), .object(let changes)) where !topology.isAtomicMap:
            for (key, change) in changes {
                members[key] = try merge(members[key], change, topology.member(key))
            }
            return .object(members)
        case (.array(let old), .array(let new)):
            let list = topology.list
            if case .atomic = list { return applied }
            return .array(try mergeLists(old, new, list, topology.element))
        default:
            return applied
        }
    }

    /// Elements of others come first, up to the next shared one; shared elements take the order of the configuration.
    private static func mergeLists(
        _ old: [JSONValue],
        _ new: [JSONValue],
        _ list: Topology.List,
        _ topology: Topology
    ) throws(APIStatus) -> [JSONValue] {
        let live = try ListElement.keyed(old, list)
        let applied = try ListElement.keyed(new, list)
        let appliedKeys = Set(applied.map(\.key))
        let liveElements = Dictionary(live.map { ($0.key, $0.element) }) { first, _ in first }
        var merged: Set<String> = []
        var result: [JSONValue] = []
        var next = 0
        func emitStrangers() {
            while next < live.count {
                if !appliedKeys.contains(live[next].key) {
                    result.append(live[next].element)
                } else if !merged.contains(live[next].key) {
                    return
                }
                next += 1
            }
        }
        for (key, element) in applied {
            emitStrangers()
            merged.insert(key)
            result.append(try merge(liveElements[key], element, topology))
        }
        emitStrangers()
        return result
    }

    /// `value` without the fields of `dropped` that `kept` does not hold.
    ///
    /// A dropped element or object goes as a whole, together with what the server filled in, unless somebody owns a part of it.
    static func removing(
        _ dropped: FieldSet,
        keeping kept: FieldSet,
        from value: JSONValue,
        _ topology: Topology
    ) throws(APIStatus) -> JSONValue? {
        switch value {
        case .object(let members) where !topology.isAtomicMap:
            var result = members
            for (key, child) in dropped.children {
                guard key.hasPrefix("f:") else { continue }
                let name = String(key.dropFirst(2))
                guard let member = result[name] else { continue }
                result[name] = try remainder(
                    member,
                    child,
                    kept.children[key],
                    topology.member(name)
                )
            }
            if result.isEmpty, !members.isEmpty, kept.isEmpty { return nil }
            return .object(result)
        case .array(let elements):
            let list = topology.list
            if case .atomic = list { return value }
            var result: [JSONValue] = []
            for (key, element) in try ListElement.keyed(elements, list) {
                guard let child = dropped.children[key] else {
                    result.append(element)
                    continue
                }
                if let rest = try remainder(element, child, kept.children[key], topology.element) {
                    result.append(rest)
                }
            }
            if result.isEmpty, !elements.isEmpty, kept.isEmpty { return nil }
            return .array(result)
        default: return value
        }
    }

    private static func remainder(
        _ value: JSONValue,
        _ dropped: FieldSet,
        _ kept: FieldSet?,
        _ topology: Topology
    ) throws(APIStatus) -> JSONValue? {
        guard let kept, !kept.isEmpty else {
            if dropped.isMember { return nil }
            return try removing(dropped, keeping: .empty, from: value, topology)
        }
        return try removing(dropped, keeping: kept, from: value, topology)
    }
}
