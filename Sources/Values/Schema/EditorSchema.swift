import JSON

/// Rewrites one of our schemas for readers that know only the standard.
struct EditorSchema {
    /// The definition of what stands for a stored secret.
    static let markerName = "SecretMarker"

    /// What is put before and behind the name that a `$ref` leads to.
    let referencePrefix: String
    var referenceSuffix = ""

    private static let lists = ["allOf", "anyOf", "oneOf"]
    private static let maps = ["properties", "patternProperties"]
    private static let single = [
        "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
    ]
    /// What a change to a lower layer need not satisfy by itself.
    private static let demands = [
        "required", "dependentRequired", "minProperties", "maxProperties", "not", "if", "then", "else",
    ]

    /// The schema of a value that stands alone.
    func whole(_ schema: JSONValue) -> JSONValue {
        acceptingMarker(mapping(schema) { whole($0) })
    }

    /// The schema of a value that changes a lower layer: nothing is required, and `null` removes anything.
    func partial(_ schema: JSONValue) -> JSONValue {
        if schema == false { return ["type": "null"] }
        var relaxed = schema
        guard relaxed.objectValue != nil else { return schema }
        for keyword in Self.demands { relaxed[keyword] = nil }
        // Without their demands several alternatives may fit.
        if let alternatives = relaxed["oneOf"] {
            relaxed["oneOf"] = nil
            relaxed["anyOf"] = alternatives
        }
        return acceptingNull(acceptingMarker(mapping(relaxed) { partial($0) }))
    }

    /// The schema with every schema inside it, and every reference, replaced.
    private func mapping(_ schema: JSONValue, _ replace: (JSONValue) -> JSONValue) -> JSONValue {
        guard schema.objectValue != nil else { return schema }
        var result = schema
        for keyword in Self.lists {
            if let list = schema[keyword]?.arrayValue { result[keyword] = .array(list.map(replace)) }
        }
        for keyword in Self.maps {
            if let map = schema[keyword]?.objectValue { result[keyword] = .object(map.mapValues(replace)) }
        }
        for keyword in Self.single {
            // A boolean there says whether something may be at all, and goes on saying it.
            if let inner = schema[keyword], inner.objectValue != nil { result[keyword] = replace(inner) }
        }
        if let reference = schema["$ref"]?.stringValue, reference.hasPrefix("#/$defs/") {
            result["$ref"] = .string("#/$defs/\(referencePrefix)\(reference.dropFirst(8))\(referenceSuffix)")
        }
        return result
    }

    private func acceptingMarker(_ schema: JSONValue) -> JSONValue {
        guard schema["x-secret"] == true else { return schema }
        var result: JSONValue = ["anyOf": [schema, ["$ref": .string("#/$defs/\(Self.markerName)")]]]
        for keyword in ["title", "description"] { result[keyword] = schema[keyword] }
        return result
    }

    private func acceptingNull(_ schema: JSONValue) -> JSONValue {
        guard schema.objectValue != nil else { return schema }
        var result = schema
        if let type = schema["type"] {
            let types = type.arrayValue ?? [type]
            result["type"] = .array(types.contains("null") ? types : types + ["null"])
        }
        if let allowed = schema["enum"]?.arrayValue { result["enum"] = .array(allowed + [.null]) }
        if let constant = schema["const"] {
            result["const"] = nil
            result["enum"] = [constant, .null]
        }
        if let alternatives = schema["anyOf"]?.arrayValue {
            result["anyOf"] = .array(alternatives + [["type": "null"]])
        }
        return result
    }
}
