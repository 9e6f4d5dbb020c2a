import JSON

/// One schema for whole documents: by `kind`, `name` and `scope` it says what `spec` may be.
///
/// It is for editors, which know nothing of our annotations: what our own evaluation does by itself, such as accepting a
/// marker where a secret is stored, is written out here.
struct DocumentSchema {
    private let library: SchemaLibrary
    private var definitions: [String: JSONValue] = [:]

    /// The self-contained schema.
    static func assemble(from library: SchemaLibrary) -> JSONValue {
        var schema = DocumentSchema(library: library)
        return schema.assemble()
    }

    private init(library: SchemaLibrary) {
        self.library = library
        definitions[EditorSchema.markerName] = [
            "title": "Stored secret",
            "description": "Stands where the hub keeps a secret; left as it is, the secret stays.",
            "type": "object",
            "properties": [SecretMarker.key: ["type": "string"]],
            "required": [.string(SecretMarker.key)],
            "additionalProperties": false,
        ]
    }

    private mutating func assemble() -> JSONValue {
        let branches = Kind.allCases.map { branch(for: $0) }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:otomi:schema:document",
            "title": "Otomi document",
            "description": "One thing that a person writes: what it is, where it holds, and what it says.",
            "type": "object",
            "properties": Self.members,
            "required": ["kind", "name"],
            "additionalProperties": false,
            "allOf": .array(branches),
            "$defs": .object(definitions),
        ]
    }

    private static let members: JSONValue = [
        "kind": ["type": "string", "enum": .array(Kind.allCases.map { .string($0.rawValue) })],
        "scope": [
            "type": "string",
            "pattern": "^(platform|(group|cluster)/[^\\s/]+)$",
            "default": "platform",
            "description":
                "Where it holds: platform, group/<name> or cluster/<name>. A higher layer changes the lower ones.",
        ],
        "team": ["type": "string", "description": "The owner of a service, job or secret."],
        "name": ["type": "string", "minLength": 1],
        "spec": ["type": "object"],
        "revision": ["type": "integer", "description": "Printed by otomi get; not read."],
        "author": ["type": "string", "description": "Printed by otomi get; not read."],
    ]

    // MARK: - Kinds

    /// What holds for the documents of one kind.
    private mutating func branch(for kind: Kind) -> JSONValue {
        var consequence: JSONValue
        let names = library.names(of: kind)
        if names.isEmpty {
            consequence = spec(of: kind, name: nil)
        } else {
            var branches: [JSONValue] = names.map { name in
                ["if": Self.whether("name", isOneOf: [name]), "then": spec(of: kind, name: name)]
            }
            if kind == .app {
                // An app may be one that nothing is known of but what all have in common.
                branches.append(["if": Self.whether("name", isOneOf: names), "else": spec(of: kind, name: nil)])
            }
            consequence = ["allOf": .array(branches)]
            if kind != .app { consequence["properties"] = ["name": ["enum": .array(names.map { .string($0) })]] }
        }
        if kind.belongsToTeam {
            consequence["required"] = ["team"]
        } else {
            consequence["properties"] = (consequence["properties"] ?? .object([:])).merging(["team": false])
        }
        return ["if": Self.whether("kind", isOneOf: [kind.rawValue]), "then": consequence]
    }

    /// The spec of a kind or of one of its names: as a whole, or as a change to lower layers.
    private mutating func spec(of kind: Kind, name: String?) -> JSONValue {
        let definition = [kind.rawValue, name].compactMap(\.self).joined(separator: ".")
        let whole: JSONValue = ["properties": ["spec": ["$ref": .string("#/$defs/\(definition)")]]]
        let hasOverlays = kind != .cluster && kind != .group
        define(definition, library.schema(kind, name: name), of: kind, hasOverlays: hasOverlays)
        guard hasOverlays else { return whole }
        return [
            "if": ["properties": ["scope": ["pattern": "^(group|cluster)/"]], "required": ["scope"]],
            "then": ["properties": ["spec": ["$ref": .string("#/$defs/\(definition).overlay")]]],
            "else": whole,
        ]
    }

    private mutating func define(_ name: String, _ schema: JSONValue, of kind: Kind, hasOverlays: Bool) {
        var schema = schema
        let parts = schema["$defs"]?.objectValue ?? [:]
        for key in ["$defs", "$schema", "$id"] { schema[key] = nil }
        // The names under `$defs` are a kind's own, so two kinds may use one for different things.
        var all = [name: schema]
        for (part, definition) in parts { all["\(kind.rawValue).part.\(part)"] = definition }
        for (key, definition) in all {
            let prefix = "\(kind.rawValue).part."
            definitions[key] = EditorSchema(referencePrefix: prefix).whole(definition)
            guard hasOverlays else { continue }
            let overlay = EditorSchema(referencePrefix: prefix, referenceSuffix: ".overlay").partial(definition)
            definitions["\(key).overlay"] = overlay
        }
    }

    private static func whether(_ member: String, isOneOf values: [String]) -> JSONValue {
        ["properties": [member: ["enum": .array(values.map { .string($0) })]], "required": [.string(member)]]
    }
}
