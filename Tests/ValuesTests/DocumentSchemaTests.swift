import Foundation
import JSON
import Testing
import YAML

@testable import Values

/// The schema of whole documents, applied by our own evaluation.
@Suite struct DocumentSchemaTests {
    private let schema: CompiledSchema

    init() throws {
        schema = try CompiledSchema(Schema.document)
    }

    @Test func `the sample values are what it allows`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/sample-values")
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }
            .filter { $0.pathExtension == "yaml" && $0.lastPathComponent != "clusters.yaml" } ?? []
        #expect(files.count > 20)
        for file in files {
            for document in try YAML.documents(in: Array(Data(contentsOf: file))) {
                #expect(schema.faults(in: document) == [], "\(file.lastPathComponent)")
            }
        }
    }

    @Test(
        arguments: [
            (["kind": "Settings", "name": "dns", "spec": ["zone": []]], "/spec/zone"),
            (["kind": "Settings", "name": "weather"], "/name"),
            (["kind": "Settings", "name": "smtp", "spec": [:]], "/spec/smarthost"),
            (["kind": "Policy", "name": "nothing"], "/name"),
            (["kind": "Service", "name": "web"], "/team"),
            (["kind": "Team", "name": "a", "team": "b"], "/team"),
            (["kind": "Servise", "name": "web"], "/kind"),
            (["kind": "App", "name": "cert-manager", "spec": ["issuer": "me"]], "/spec/issuer"),
            (["kind": "Team", "name": "demo", "scope": "cluster", "spec": [:]], "/scope"),
            (["kind": "Team", "name": "demo", "specs": [:]], "/specs"),
            (["kind": "Team", "name": "demo", "scope": "cluster/one", "spec": ["colour": "red"]], "/spec/colour"),
        ] as [(JSONValue, String)]
    )
    func `a mistake has its place`(document: JSONValue, place: String) {
        #expect(schema.faults(in: document).map(\.pointer.description).contains(place))
    }

    @Test(
        arguments: [
            ["kind": "Settings", "name": "smtp", "scope": "cluster/one", "spec": ["hello": "x"]],
            ["kind": "Settings", "name": "smtp", "scope": "group/eu", "spec": ["hello": .null, "from": .null]],
            [
                "kind": "Settings", "name": "dns", "scope": "cluster/one",
                "spec": ["provider": ["aws": ["region": "eu"], "google": .null]],
            ],
            ["kind": "App", "name": "unheard-of", "spec": ["rawValues": [:]]],
            ["kind": "Settings", "name": "otomi", "revision": 3, "author": "ada", "spec": [:]],
            ["kind": "Team", "name": "demo", "spec": ["password": ["$secret": "x"]]],
        ] as [JSONValue]
    )
    func `layers, markers and apps of one's own are allowed`(document: JSONValue) {
        #expect(schema.faults(in: document) == [])
    }

    @Test func `every reference leads somewhere, and only the standard's keywords decide`() throws {
        let references = CompiledSchema.references(in: Schema.document)
        let definitions = try #require(Schema.document["$defs"]?.objectValue)
        #expect(references.subtracting(definitions.keys) == [])
        #expect(Schema.document["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }
}
