package import JSON

extension CompiledSchema {
    /// `value` with the schema's defaults for whatever it does not say.
    ///
    /// A member that is `null` counts as said, so that a layer can remove a default. Defaults of members that are absent as
    /// a whole are not made up, unless their own schema has a default.
    package func fillingDefaults(in value: JSONValue) -> JSONValue { fill(value, root) }

    private func fill(_ value: JSONValue, _ node: SchemaNode) -> JSONValue {
        var result = value
        if let target = referenced(by: node) { result = fill(result, target) }
        switch result {
        case .object(var members):
            for (key, property) in node.properties {
                guard let member = members[key] ?? defaultValue(of: property) else { continue }
                members[key] = member.isNull ? member : fill(member, property)
            }
            for (key, member) in members where node.properties[key] == nil && !member.isNull {
                for child in SchemaWalk.nodes(forMember: key, of: node) { members[key] = fill(member, child) }
            }
            result = .object(members)
        case .array(let elements):
            if let items = node.items { result = .array(elements.map { fill($0, items) }) }
        default: break
        }
        for part in node.allOf { result = fill(result, part) }
        if let condition = node.condition {
            var evaluation = SchemaEvaluation(schema: self, isPartial: false)
            evaluation.check(result, condition, at: .root)
            if let then = evaluation.faults.isEmpty ? node.consequence : node.alternative {
                result = fill(result, then)
            }
        }
        return result
    }

    private func defaultValue(of node: SchemaNode) -> JSONValue? {
        node.defaultValue ?? referenced(by: node)?.defaultValue
    }
}
