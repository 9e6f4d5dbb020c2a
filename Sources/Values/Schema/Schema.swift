package import JSON

/// The JSON Schemas of everything people write: one for each kind, and one for each settings section, app and policy.
package enum Schema {
    /// The self-contained schema (JSON Schema 2020-12) of `kind`.
    ///
    /// Settings, apps and policies have one schema for each name; without a name, or with one that is not known, the answer
    /// is what all of the kind have in common.
    package static func of(_ kind: Kind, name: String? = nil) -> JSONValue {
        SchemaLibrary.shared.schema(kind, name: name)
    }

    /// The self-contained schema of whole documents, for editors: `{kind, scope, team, name, spec}`.
    package static let document = DocumentSchema.assemble(from: .shared)

    /// The names that have a schema of their own: sections, apps or policies; empty for other kinds.
    package static func names(of kind: Kind) -> [String] {
        SchemaLibrary.shared.names(of: kind)
    }

    /// The schema of `kind`, ready to be applied; `nil` for a settings section or policy that does not exist.
    package static func compiled(_ kind: Kind, name: String) -> CompiledSchema? {
        SchemaLibrary.shared.compiled(kind, name: name)
    }

    /// What is wrong with the embedded schemas themselves: nothing, or the build is broken.
    package static var embeddedFaults: [String] { SchemaLibrary.shared.errors }
}

/// The embedded schema files, parsed and compiled once.
struct SchemaLibrary: Sendable {
    static let shared = SchemaLibrary()

    private let common: JSONValue
    private let files: [Kind: JSONValue]
    private let compiledByName: [Kind: [String: CompiledSchema]]
    private let compiledOtherwise: [Kind: CompiledSchema]
    /// Settings that are there with their defaults though nobody wrote them.
    let sectionsAlwaysPresent: [String]
    let errors: [String]

    private init() {
        var errors: [String] = []
        func parse(_ bytes: [UInt8], _ file: String) -> JSONValue {
            do throws(JSONError) { return try JSONValue(parsing: bytes) } catch {
                errors.append("\(file): \(error)")
                return .object([:])
            }
        }
        let common = parse(PackageResources.Common_json, "Common.json")["$defs"] ?? .object([:])
        let files: [Kind: JSONValue] = [
            .cluster: parse(PackageResources.Cluster_json, "Cluster.json"),
            .group: parse(PackageResources.Group_json, "Group.json"),
            .settings: parse(PackageResources.Settings_json, "Settings.json"),
            .app: parse(PackageResources.App_json, "App.json"),
            .policy: parse(PackageResources.Policy_json, "Policy.json"),
            .team: parse(PackageResources.Team_json, "Team.json"),
            .service: parse(PackageResources.Service_json, "Service.json"),
            .job: parse(PackageResources.Job_json, "Job.json"),
            .secret: parse(PackageResources.Secret_json, "Secret.json"),
        ]
        var byName: [Kind: [String: CompiledSchema]] = [:]
        var otherwise: [Kind: CompiledSchema] = [:]
        func compile(_ schema: JSONValue, _ title: String) -> CompiledSchema? {
            do throws(SchemaError) { return try CompiledSchema(schema) } catch {
                errors.append("\(title): \(error)")
                return nil
            }
        }
        for (kind, file) in files {
            for name in file["byName"]?.objectValue?.keys.sorted() ?? [] {
                let schema = Self.assemble(kind, file, common, name: name)
                byName[kind, default: [:]][name] = compile(schema, "\(kind.rawValue) \(name)")
            }
            let schema = Self.assemble(kind, file, common, name: nil)
            otherwise[kind] = compile(schema, kind.rawValue)
        }
        self.common = common
        self.files = files
        self.compiledByName = byName
        self.compiledOtherwise = otherwise
        self.errors = errors
        let sections = files[.settings]?["byName"]?.objectValue ?? [:]
        sectionsAlwaysPresent = sections.filter { $0.value["x-always"] == true }.keys.sorted()
    }

    func names(of kind: Kind) -> [String] {
        files[kind]?["byName"]?.objectValue?.keys.sorted() ?? []
    }

    func schema(_ kind: Kind, name: String?) -> JSONValue {
        Self.assemble(kind, files[kind] ?? .object([:]), common, name: name)
    }

    func compiled(_ kind: Kind, name: String) -> CompiledSchema? {
        if let schema = compiledByName[kind]?[name] { return schema }
        // An app may be one that this hub has no schema for; a section or policy that nobody reads is a mistake.
        return kind == .settings || kind == .policy ? nil : compiledOtherwise[kind]
    }

    /// One schema that stands alone: the kind's, or the named one's, with the definitions it needs.
    private static func assemble(_ kind: Kind, _ file: JSONValue, _ common: JSONValue, name: String?) -> JSONValue {
        var schema = name.flatMap { file["byName"]?[$0] } ?? file
        schema["byName"] = nil
        var definitions = common.merging(file["$defs"] ?? .object([:])).objectValue ?? [:]
        schema["$defs"] = nil
        var needed: Set<String> = []
        var pending = CompiledSchema.references(in: schema)
        while let reference = pending.popFirst() {
            guard needed.insert(reference).inserted, let definition = definitions[reference] else { continue }
            pending.formUnion(CompiledSchema.references(in: definition).subtracting(needed))
        }
        definitions = definitions.filter { needed.contains($0.key) }
        if !definitions.isEmpty { schema["$defs"] = .object(definitions) }
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        let suffix = name.flatMap { file["byName"]?[$0] == nil ? nil : "/\($0)" } ?? ""
        schema["$id"] = .string("urn:otomi:schema:\(kind.rawValue)\(suffix)")
        return schema
    }
}
