package import JSON

/// Finds the secrets in what people wrote: the leaves that a schema marks with `x-secret`.
package enum SecretLeaves {
    /// The places of all secret leaves that `document` has, markers included, sorted.
    package static func pointers(in document: Document) -> [JSONPointer] {
        pointers(in: document.spec, kind: document.id.kind, name: document.id.name)
    }

    /// The places of all secret leaves in `spec`, markers included, sorted.
    ///
    /// The document's name chooses the schema of a settings section, app or policy.
    package static func pointers(in spec: JSONValue, kind: Kind, name: String) -> [JSONPointer] {
        guard let schema = Schema.compiled(kind, name: name) else { return [] }
        var found: Set<JSONPointer> = []
        collect(spec, schema.root, schema, at: .root, into: &found)
        return found.sorted()
    }

    /// Whether `path` of a spec is a secret leaf, or lies inside one, whatever the spec holds.
    ///
    /// Numbers stand for elements of lists.
    package static func isSecret(_ path: [String], kind: Kind, name: String) -> Bool {
        guard let schema = Schema.compiled(kind, name: name) else { return false }
        return isSecret(path[...], schema.root, schema)
    }

    private static func isSecret(_ path: ArraySlice<String>, _ node: SchemaNode, _ schema: CompiledSchema) -> Bool {
        if node.isSecret { return true }
        if SchemaWalk.nodes(beside: node, schema).contains(where: { isSecret(path, $0, schema) }) { return true }
        guard let token = path.first else { return false }
        var children = SchemaWalk.nodes(forMember: token, of: node)
        if let items = node.items, Int(token) != nil { children.append(items) }
        return children.contains { isSecret(path.dropFirst(), $0, schema) }
    }

    private static func collect(
        _ value: JSONValue,
        _ node: SchemaNode,
        _ schema: CompiledSchema,
        at pointer: JSONPointer,
        into found: inout Set<JSONPointer>
    ) {
        guard !value.isNull else { return }
        if node.isSecret {
            found.insert(pointer)
            return
        }
        for other in SchemaWalk.nodes(beside: node, schema) {
            collect(value, other, schema, at: pointer, into: &found)
        }
        switch value {
        case .object(let members):
            for (key, member) in members {
                for child in SchemaWalk.nodes(forMember: key, of: node) {
                    collect(member, child, schema, at: pointer.appending(key), into: &found)
                }
            }
        case .array(let elements):
            guard let items = node.items else { return }
            for (index, element) in elements.enumerated() {
                collect(element, items, schema, at: pointer.appending(index), into: &found)
            }
        default: break
        }
    }
}

/// Which schemas speak about a value and about its members.
enum SchemaWalk {
    /// The schemas that `node` applies to the same value beside itself.
    ///
    /// Of alternatives all are given: a secret in a form that does not quite fit is a secret nevertheless.
    static func nodes(beside node: SchemaNode, _ schema: CompiledSchema) -> [SchemaNode] {
        var nodes = node.allOf + node.anyOf + node.oneOf
        if let target = schema.referenced(by: node) { nodes.append(target) }
        if let consequence = node.consequence { nodes.append(consequence) }
        if let alternative = node.alternative { nodes.append(alternative) }
        return nodes
    }

    static func nodes(forMember key: String, of node: SchemaNode) -> [SchemaNode] {
        var nodes: [SchemaNode] = []
        if let property = node.properties[key] { nodes.append(property) }
        for (pattern, child) in node.patternProperties where pattern.matches(key) { nodes.append(child) }
        if nodes.isEmpty, case .schema(let child) = node.additionalProperties { nodes.append(child) }
        return nodes
    }
}
