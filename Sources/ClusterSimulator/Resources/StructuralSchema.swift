import JSON

/// What a structural schema does to a custom resource before it is stored.
enum StructuralSchema {
    /// Drops unknown fields and fills in defaults, as the API server does on every write.
    static func shape(_ object: JSONValue, by schema: JSONValue) -> JSONValue {
        shape(object, by: schema, isResource: true)
    }

    private static func shape(_ value: JSONValue, by schema: JSONValue, isResource: Bool = false) -> JSONValue {
        switch value {
        case .object(let members):
            let properties = schema["properties"]?.objectValue ?? [:]
            let additional = schema["additionalProperties"]
            let embedded = schema["x-kubernetes-embedded-resource"]?.boolValue == true
            let keepsUnknown =
                schema["x-kubernetes-preserve-unknown-fields"]?.boolValue == true || additional == .bool(true)
            var result: [String: JSONValue] = [:]
            for (key, member) in members {
                if isResource || embedded, ["apiVersion", "kind", "metadata"].contains(key) {
                    result[key] = member
                } else if let property = properties[key] {
                    if member.isNull, property["nullable"]?.boolValue != true, property["default"] != nil { continue }
                    result[key] = shape(member, by: property)
                } else if let additional, additional.objectValue != nil {
                    result[key] = shape(member, by: additional)
                } else if keepsUnknown {
                    result[key] = member
                }
            }
            for (key, property) in properties where result[key] == nil {
                if let fallback = property["default"] { result[key] = shape(fallback, by: property) }
            }
            return .object(result)
        case .array(let elements):
            guard let items = schema["items"] else { return value }
            return .array(elements.map { shape($0, by: items) })
        default:
            return value
        }
    }

    /// The first field that a schema does not declare; server-side apply refuses it where other writes drop it.
    static func undeclared(in object: JSONValue, by schema: JSONValue) -> String? {
        undeclared(object, schema, path: "", isResource: true)
    }

    private static func undeclared(
        _ value: JSONValue,
        _ schema: JSONValue,
        path: String,
        isResource: Bool = false
    ) -> String? {
        switch value {
        case .object(let members):
            if schema["x-kubernetes-preserve-unknown-fields"]?.boolValue == true { return nil }
            let isObject = isResource || schema["x-kubernetes-embedded-resource"]?.boolValue == true
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if isObject, ["apiVersion", "kind", "metadata"].contains(key) { continue }
                guard let inner = schema["properties"]?[key] ?? schema["additionalProperties"] else {
                    return "\(path).\(key)"
                }
                guard inner.objectValue != nil else { continue }
                if let field = undeclared(member, inner, path: "\(path).\(key)") { return field }
            }
        case .array(let elements):
            guard let items = schema["items"] else { return nil }
            for element in elements {
                if let field = undeclared(element, items, path: path) { return field }
            }
        default: break
        }
        return nil
    }

    /// The faults of types, required members and enumerations, as (field, message), up to a bound.
    static func faults(in object: JSONValue, by schema: JSONValue) -> [(field: String, reason: String, message: String)]
    {
        var faults: [(field: String, reason: String, message: String)] = []
        check(object, schema, path: "", isResource: true, &faults)
        return faults
    }

    private static func check(
        _ value: JSONValue,
        _ schema: JSONValue,
        path: String,
        isResource: Bool = false,
        _ faults: inout [(field: String, reason: String, message: String)]
    ) {
        guard faults.count < 20 else { return }
        if value.isNull, schema["nullable"]?.boolValue == true { return }
        if let expected = schema["type"]?.stringValue, !matches(value, expected) {
            let message =
                "Invalid value: \"\(value.typeName)\": \(path) in body must be of type \(expected): "
                + "\"\(value.typeName)\""
            faults.append((path, "FieldValueTypeInvalid", message))
            return
        }
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
            let names = allowed.map { "\"\($0.stringValue ?? $0.compactText)\"" }.joined(separator: ", ")
            faults.append(
                (path, "FieldValueNotSupported", "Unsupported value: \(value.compactText): supported values: \(names)")
            )
        }
        switch value {
        case .object(let members):
            for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members[name] == nil {
                let field = join(path, name)
                faults.append((field, "FieldValueRequired", "Required value"))
            }
            let properties = schema["properties"]?.objectValue ?? [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if isResource, ["apiVersion", "kind", "metadata"].contains(key) { continue }
                if let inner = properties[key] ?? schema["additionalProperties"], inner.objectValue != nil {
                    check(member, inner, path: join(path, key), &faults)
                }
            }
        case .array(let elements):
            guard let items = schema["items"] else { return }
            for (index, element) in elements.enumerated() { check(element, items, path: "\(path)[\(index)]", &faults) }
        default: break
        }
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func matches(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("integer", .integer),
            ("number", .integer), ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
