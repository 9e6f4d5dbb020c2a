package import JSON

/// One JSON Schema (2020-12, the part of it that our schemas use), ready to be applied.
final class SchemaNode: Sendable {
    enum AdditionalProperties: Sendable {
        case allowed
        case forbidden
        case schema(SchemaNode)
    }

    let types: [String]
    let properties: [String: SchemaNode]
    let patternProperties: [(pattern: Pattern, node: SchemaNode)]
    let additionalProperties: AdditionalProperties
    let propertyNames: SchemaNode?
    let required: [String]
    let dependentRequired: [String: [String]]
    let propertyCount: ClosedRange<Int>

    let allowed: [JSONValue]?
    let constant: JSONValue?
    let pattern: Pattern?
    let lengths: ClosedRange<Int>
    let minimum: Double?
    let maximum: Double?

    let items: SchemaNode?
    let contains: SchemaNode?
    let itemCount: ClosedRange<Int>
    let hasUniqueItems: Bool

    let allOf: [SchemaNode]
    let anyOf: [SchemaNode]
    let oneOf: [SchemaNode]
    let not: SchemaNode?
    let condition: SchemaNode?
    let consequence: SchemaNode?
    let alternative: SchemaNode?
    /// The name under `$defs` that is to hold as well.
    let reference: String?

    let defaultValue: JSONValue?
    let isSecret: Bool
    /// What a message says is expected, where the pattern alone would be a riddle.
    let expectation: String?
    /// The `false` schema, which nothing satisfies.
    let isNever: Bool

    /// Understands `schema`.
    ///
    /// - Throws: `SchemaError` naming a keyword or type that is not known: a schema that is silently ignored protects nobody.
    init(_ schema: JSONValue, at pointer: JSONPointer = .root) throws(SchemaError) {
        let reader = try SchemaReader(schema, at: pointer)
        isNever = reader.isNever
        types = try reader.types()
        properties = try reader.nodes(byKeyOf: "properties")
        patternProperties = try reader.patternProperties()
        additionalProperties = try reader.additionalProperties()
        propertyNames = try reader.node("propertyNames")
        required = try reader.strings("required")
        dependentRequired = try reader.stringLists("dependentRequired")
        propertyCount = try reader.bounds("minProperties", "maxProperties")
        allowed = reader.schema["enum"]?.arrayValue
        constant = reader.schema["const"]
        pattern = try reader.pattern("pattern")
        lengths = try reader.bounds("minLength", "maxLength")
        minimum = reader.schema["minimum"]?.doubleValue
        maximum = reader.schema["maximum"]?.doubleValue
        items = try reader.node("items")
        contains = try reader.node("contains")
        itemCount = try reader.bounds("minItems", "maxItems")
        hasUniqueItems = reader.schema["uniqueItems"] == true
        allOf = try reader.nodes("allOf")
        anyOf = try reader.nodes("anyOf")
        oneOf = try reader.nodes("oneOf")
        not = try reader.node("not")
        condition = try reader.node("if")
        consequence = try reader.node("then")
        alternative = try reader.node("else")
        reference = try reader.reference()
        defaultValue = reader.schema["default"]
        isSecret = reader.schema["x-secret"] == true
        expectation = reader.schema["x-expected"]?.stringValue
    }
}

/// Why a schema cannot be applied.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package let pointer: JSONPointer

    package var description: String { "schema at '\(pointer)': \(message)" }
}

/// Takes a schema apart.
struct SchemaReader {
    let schema: JSONValue
    let isNever: Bool
    private let pointer: JSONPointer

    private static let typeNames: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]
    private static let keywords: Set<String> = [
        "type", "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
        "dependentRequired", "minProperties", "maxProperties", "enum", "const", "pattern", "minLength", "maxLength",
        "minimum", "maximum", "items", "contains", "minItems", "maxItems", "uniqueItems", "allOf", "anyOf", "oneOf",
        "not", "if", "then", "else", "$ref", "$defs", "default",
        // annotations
        "$schema", "$id", "$comment", "title", "description", "examples", "readOnly", "deprecated", "x-secret",
        "x-generate", "x-expected", "x-always",
    ]

    init(_ schema: JSONValue, at pointer: JSONPointer) throws(SchemaError) {
        self.pointer = pointer
        switch schema {
        case .bool(let accepts):
            self.schema = .object([:])
            isNever = !accepts
        case .object(let members):
            if let unknown = members.keys.filter({ !Self.keywords.contains($0) }).min() {
                throw SchemaError(message: "the keyword '\(unknown)' is not understood", pointer: pointer)
            }
            self.schema = schema
            isNever = false
        default: throw SchemaError(message: "an object or a boolean is expected", pointer: pointer)
        }
    }

    func types() throws(SchemaError) -> [String] {
        guard let type = schema["type"] else { return [] }
        let names = type.stringValue.map { [$0] } ?? type.arrayValue?.compactMap(\.stringValue) ?? []
        guard !names.isEmpty, names.allSatisfy(Self.typeNames.contains) else {
            throw error("type", "the type is not one of \(Self.typeNames.sorted().joined(separator: ", "))")
        }
        return names
    }

    func node(_ keyword: String) throws(SchemaError) -> SchemaNode? {
        guard let value = schema[keyword] else { return nil }
        return try SchemaNode(value, at: pointer.appending(keyword))
    }

    func nodes(_ keyword: String) throws(SchemaError) -> [SchemaNode] {
        var nodes: [SchemaNode] = []
        for (index, value) in (schema[keyword]?.arrayValue ?? []).enumerated() {
            nodes.append(try SchemaNode(value, at: pointer.appending(keyword).appending(index)))
        }
        return nodes
    }

    func nodes(byKeyOf keyword: String) throws(SchemaError) -> [String: SchemaNode] {
        var nodes: [String: SchemaNode] = [:]
        for (key, value) in schema[keyword]?.objectValue ?? [:] {
            nodes[key] = try SchemaNode(value, at: pointer.appending(keyword).appending(key))
        }
        return nodes
    }

    func patternProperties() throws(SchemaError) -> [(pattern: Pattern, node: SchemaNode)] {
        var result: [(pattern: Pattern, node: SchemaNode)] = []
        for (key, node) in try nodes(byKeyOf: "patternProperties").sorted(by: { $0.key < $1.key }) {
            result.append((try parse(key, "patternProperties"), node))
        }
        return result
    }

    func additionalProperties() throws(SchemaError) -> SchemaNode.AdditionalProperties {
        switch schema["additionalProperties"] {
        case nil, true: .allowed
        case false: .forbidden
        default: try node("additionalProperties").map { .schema($0) } ?? .allowed
        }
    }

    func strings(_ keyword: String) throws(SchemaError) -> [String] {
        guard let value = schema[keyword] else { return [] }
        guard let strings = try? [String](json: value) else { throw error(keyword, "a list of strings is expected") }
        return strings
    }

    func stringLists(_ keyword: String) throws(SchemaError) -> [String: [String]] {
        guard let value = schema[keyword] else { return [:] }
        guard let lists = try? [String: [String]](json: value) else {
            throw error(keyword, "an object of lists of strings is expected")
        }
        return lists
    }

    func bounds(_ lower: String, _ upper: String) throws(SchemaError) -> ClosedRange<Int> {
        let minimum = schema[lower]?.integerValue.flatMap { Int(exactly: $0) } ?? 0
        let maximum = schema[upper]?.integerValue.flatMap { Int(exactly: $0) } ?? .max
        guard minimum <= maximum else { throw error(lower, "the bounds are reversed") }
        return minimum...maximum
    }

    func pattern(_ keyword: String) throws(SchemaError) -> Pattern? {
        guard let text = schema[keyword]?.stringValue else { return nil }
        return try parse(text, keyword)
    }

    func reference() throws(SchemaError) -> String? {
        guard let text = schema["$ref"]?.stringValue else { return nil }
        guard text.hasPrefix("#/$defs/"), !text.dropFirst(8).contains("/") else {
            throw error("$ref", "only '#/$defs/<name>' is understood, found '\(text)'")
        }
        return String(text.dropFirst(8))
    }

    private func parse(_ text: String, _ keyword: String) throws(SchemaError) -> Pattern {
        do throws(PatternError) { return try Pattern(text) } catch { throw self.error(keyword, error.description) }
    }

    private func error(_ keyword: String, _ message: String) -> SchemaError {
        SchemaError(message: message, pointer: pointer.appending(keyword))
    }
}
