import JSON

@testable import Values

/// Where the schemas have secrets.
enum SecretLeafPaths {
    struct Place: Sendable, CustomStringConvertible {
        let kind: Kind
        let name: String
        let path: [String]

        var description: String { "\(kind.rawValue) \(name) /\(path.joined(separator: "/"))" }

        /// A spec that has nothing but `leaf` in this place.
        func spec(_ leaf: JSONValue) -> JSONValue {
            path.reversed().reduce(leaf) { inner, token in token == "0" ? [inner] : .object([token: inner]) }
        }
    }

    /// Every secret leaf of every kind, section, app and policy; a member with any name is called `x`, an element is 0.
    static func all() -> [Place] {
        Kind.allCases.flatMap { kind in
            let names = Schema.names(of: kind)
            return (names.isEmpty ? ["demo"] : names).flatMap { name -> [Place] in
                guard let schema = Schema.compiled(kind, name: name) else { return [] }
                var paths: Set<[String]> = []
                collect(schema.root, schema, at: [], depth: 0, into: &paths)
                return paths.sorted { $0.joined(separator: "/") < $1.joined(separator: "/") }
                    .map { Place(kind: kind, name: name, path: $0) }
            }
        }
    }

    private static func collect(
        _ node: SchemaNode,
        _ schema: CompiledSchema,
        at path: [String],
        depth: Int,
        into paths: inout Set<[String]>
    ) {
        guard depth < 24, path.count < 12 else { return }
        if node.isSecret {
            paths.insert(path)
            return
        }
        for other in SchemaWalk.nodes(beside: node, schema) {
            collect(other, schema, at: path, depth: depth + 1, into: &paths)
        }
        for (key, child) in node.properties {
            collect(child, schema, at: path + [key], depth: depth + 1, into: &paths)
        }
        if case .schema(let child) = node.additionalProperties {
            collect(child, schema, at: path + ["x"], depth: depth + 1, into: &paths)
        }
        if let items = node.items { collect(items, schema, at: path + ["0"], depth: depth + 1, into: &paths) }
    }
}
