package import JSON

/// A schema with everything it refers to, ready to be applied to values.
package final class CompiledSchema: Sendable {
    let root: SchemaNode
    private let definitions: [String: SchemaNode]

    /// Compiles a self-contained schema: `$ref` leads to its own `$defs` only.
    ///
    /// - Throws: `SchemaError` naming the place that is not understood, or a reference that leads nowhere.
    package init(_ schema: JSONValue) throws(SchemaError) {
        root = try SchemaNode(schema)
        var definitions: [String: SchemaNode] = [:]
        for (name, definition) in schema["$defs"]?.objectValue ?? [:] {
            definitions[name] = try SchemaNode(definition, at: JSONPointer(["$defs", name]))
        }
        self.definitions = definitions
        if let missing = Self.references(in: schema).subtracting(definitions.keys).min() {
            throw SchemaError(message: "'#/$defs/\(missing)' does not exist", pointer: .root)
        }
    }

    /// Everything that is wrong with `value`, sorted by place.
    ///
    /// A partial value changes a lower layer: nothing is required of it, and `null` removes anything.
    package func faults(in value: JSONValue, isPartial: Bool = false) -> [SchemaFault] {
        var evaluation = SchemaEvaluation(schema: self, isPartial: isPartial)
        evaluation.check(value, root, at: .root)
        var seen: Set<SchemaFault> = []
        return evaluation.faults.filter { seen.insert($0).inserted }.sorted()
    }

    /// The node that `node` refers to, if it does.
    func referenced(by node: SchemaNode) -> SchemaNode? {
        node.reference.flatMap { definitions[$0] }
    }

    /// Names that are referred to anywhere in `schema`.
    static func references(in schema: JSONValue) -> Set<String> {
        switch schema {
        case .object(let members):
            var found: Set<String> = []
            for (key, value) in members {
                if key == "$ref", let text = value.stringValue, text.hasPrefix("#/$defs/") {
                    found.insert(String(text.dropFirst(8)))
                } else {
                    found.formUnion(references(in: value))
                }
            }
            return found
        case .array(let elements):
            return elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
        default: return []
        }
    }
}

/// One place where a value is not what its schema says.
package struct SchemaFault: Hashable, Sendable, Comparable {
    package let pointer: JSONPointer
    /// The keyword of the schema that is violated, for instance `required`.
    package let keyword: String
    package let message: String
    package var hint: String?

    package static func < (left: SchemaFault, right: SchemaFault) -> Bool {
        if left.pointer != right.pointer { return left.pointer < right.pointer }
        return (left.keyword, left.message) < (right.keyword, right.message)
    }
}
