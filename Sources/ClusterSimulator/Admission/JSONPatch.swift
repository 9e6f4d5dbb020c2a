import JSON

/// RFC 6902 patches.
enum JSONPatch {
    /// The object after every operation.
    ///
    /// - Throws: 422 when a test fails or a place is not there, 400 when the patch is no patch.
    static func apply(_ patch: JSONValue, to object: JSONValue) throws(APIStatus) -> JSONValue {
        guard let operations = patch.arrayValue else { throw .badRequest("a JSON patch is an array of operations") }
        var result = object
        for operation in operations {
            guard let name = operation["op"]?.stringValue, let path = operation["path"]?.stringValue,
                let pointer = JSONPointer(path)
            else { throw .badRequest("an operation of a JSON patch has op and path") }
            switch name {
            case "add": try insert(required(operation), pointer, &result)
            case "replace":
                _ = try existing(pointer, result)
                try remove(pointer, &result)
                try insert(required(operation), pointer, &result)
            case "remove": try remove(pointer, &result)
            case "test":
                guard result[pointer] == operation["value"] else {
                    throw failure("testing value \(path) failed")
                }
            case "move", "copy":
                guard let from = operation["from"]?.stringValue.flatMap(JSONPointer.init) else {
                    throw .badRequest("\(name) needs a from")
                }
                let value = try existing(from, result)
                if name == "move" { try remove(from, &result) }
                try insert(value, pointer, &result)
            default: throw .badRequest("unknown operation \(name)")
            }
        }
        return result
    }

    private static func required(_ operation: JSONValue) throws(APIStatus) -> JSONValue {
        guard let value = operation["value"] else { throw .badRequest("the operation has no value") }
        return value
    }

    private static func existing(_ pointer: JSONPointer, _ object: JSONValue) throws(APIStatus) -> JSONValue {
        guard let value = object[pointer] else { throw failure("the path \(pointer) does not exist") }
        return value
    }

    private static func failure(_ message: String) -> APIStatus {
        APIStatus(422, "Invalid", "the server rejected our request due to an error in our request: \(message)")
    }

    private static func insert(_ value: JSONValue, _ pointer: JSONPointer, _ object: inout JSONValue) throws(APIStatus)
    {
        try change(pointer, &object) { (parent, token) throws(APIStatus) in
            if var elements = parent.arrayValue {
                let index = token == "-" ? elements.count : Int(token) ?? -1
                guard (0...elements.count).contains(index) else { throw failure("no element \(token)") }
                elements.insert(value, at: index)
                parent = .array(elements)
            } else {
                parent[token] = value
            }
        }
    }

    private static func remove(_ pointer: JSONPointer, _ object: inout JSONValue) throws(APIStatus) {
        _ = try existing(pointer, object)
        try change(pointer, &object) { (parent, token) throws(APIStatus) in
            if var elements = parent.arrayValue, let index = Int(token) {
                elements.remove(at: index)
                parent = .array(elements)
            } else {
                parent[token] = nil
            }
        }
    }

    private static func change(
        _ pointer: JSONPointer,
        _ object: inout JSONValue,
        _ body: (inout JSONValue, String) throws(APIStatus) -> Void
    ) throws(APIStatus) {
        guard let token = pointer.tokens.last else { throw .badRequest("the whole object cannot be patched away") }
        let place = JSONPointer(Array(pointer.tokens.dropLast()))
        var parent = try existing(place, object)
        try body(&parent, token)
        do throws(JSONError) { try object.set(parent, at: place) } catch { throw failure("\(error)") }
    }
}

/// Strategic merge patches: merge patches that know the keys of lists.
enum StrategicMergePatch {
    /// The object with the patch merged over it.
    ///
    /// - Throws: 400 when an element of a keyed list has no key.
    static func apply(_ patch: JSONValue, to object: JSONValue, _ topology: Topology) throws(APIStatus) -> JSONValue {
        try merge(object, patch, topology)
    }

    private static func merge(
        _ old: JSONValue?,
        _ patch: JSONValue,
        _ topology: Topology
    ) throws(APIStatus) -> JSONValue {
        switch patch {
        case .object(let changes):
            if changes["$patch"] == "replace" { return .object(changes.filter { $0.key != "$patch" }) }
            var members = old?.objectValue ?? [:]
            for (key, change) in changes where !key.hasPrefix("$") {
                members[key] = change.isNull ? nil : try merge(members[key], change, topology.member(key))
            }
            for (key, value) in changes where key.hasPrefix("$deleteFromPrimitiveList/") {
                let field = String(key.dropFirst("$deleteFromPrimitiveList/".count))
                let gone = value.arrayValue ?? []
                members[field] = members[field]?.arrayValue.map { .array($0.filter { !gone.contains($0) }) }
            }
            return .object(members)
        case .array(let changes):
            let list = topology.list
            if case .atomic = list { return patch }
            var result = try ListElement.keyed(old?.arrayValue ?? [], list)
            for change in changes {
                guard let key = try ListElement.key(withoutDirective(change), list) else { continue }
                let position = result.firstIndex { $0.key == key }
                if change["$patch"] == "delete" {
                    if let position { result.remove(at: position) }
                } else if let position {
                    result[position].element = try merge(result[position].element, change, topology.element)
                } else {
                    result.append((key, change))
                }
            }
            return .array(result.map(\.element))
        default: return patch
        }
    }

    private static func withoutDirective(_ value: JSONValue) -> JSONValue {
        guard value["$patch"] != nil else { return value }
        var result = value
        result["$patch"] = nil
        return result
    }
}
