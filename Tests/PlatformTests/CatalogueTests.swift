import Foundation
import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

@Suite struct CatalogueTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let entry: String
        let change: JSONValue
        let faults: [String]
    }

    private static func row(_ name: String, _ entry: String, _ change: JSONValue, _ faults: String...) -> Row {
        Row(testDescription: name, entry: entry, change: change, faults: faults)
    }

    @Test(arguments: [
        row(
            "an unknown dependency",
            "sample-store",
            ["dependsOn": ["sample-mash"]],
            "catalogue entry sample-store at '/dependsOn/0': there is no app 'sample-mash' in the catalogue; did you mean 'sample-mesh'?"
        ),
        row(
            "a circle",
            "sample-store",
            ["dependsOn": ["sample-registry"]],
            "catalogue entry sample-registry at '/dependsOn': the dependencies go in a circle: sample-registry → sample-store → sample-registry"
        ),
        row(
            "an app that needs itself",
            "sample-store",
            ["dependsOn": ["sample-store"]],
            "catalogue entry sample-store at '/dependsOn': the dependencies go in a circle: sample-store → sample-store"
        ),
        row(
            "a core app on an optional one",
            "sample-mesh",
            ["dependsOn": ["sample-store"]],
            "catalogue entry sample-mesh at '/dependsOn/0': 'sample-store' can be switched off, so a core app cannot depend on it"
        ),
        row(
            "a core app that is optional",
            "sample-mesh",
            ["classes": ["core", "optional"]],
            "catalogue entry sample-mesh at '/classes': another value is expected, found array"
        ),
        row(
            "a core app with a switch",
            "sample-mesh",
            ["enabled": true],
            "catalogue entry sample-mesh at '/enabled': is not allowed together with what else is said here"
        ),
        row(
            "an app without a switch",
            "sample-store",
            ["enabled": .null],
            "catalogue entry sample-store at '/enabled': is required"
        ),
        row(
            "a range of versions",
            "sample-store",
            ["chart": ["version": ">=1"]],
            "catalogue entry sample-store at '/chart/version': one exact version, like 1.2.3 is expected, found '>=1'"
        ),
        row(
            "a repository without TLS",
            "sample-store",
            ["chart": ["repository": "http://charts.example.org"]],
            "catalogue entry sample-store at '/chart/repository': an address that begins with https:// or oci:// is expected, found 'http://charts.example.org'"
        ),
        row(
            "a member too many",
            "sample-store",
            ["valuez": [:]],
            "catalogue entry sample-store at '/valuez': there is no such field; known are $schema, appVersion, chart, classes, definitions, dependsOn, description, enabled, home, ingress, instances, manifests, namespace, secretValues, shortcuts, title, values"
        ),
        row(
            "values without a chart",
            "sample-issuers",
            ["values": [:]],
            "catalogue entry sample-issuers at '/chart': is required, because 'values' is given"
        ),
        row(
            "a secret in the values",
            "sample-registry",
            ["values": ["a": ["${settings.otomi.adminPassword}"]]],
            "catalogue entry sample-registry at '/values/a/0': 'settings.otomi.adminPassword' is a secret; only 'secretValues' may read it"
        ),
        row(
            "a template that is none",
            "sample-registry",
            ["secretValues": ["a": "${here.x}"]],
            "catalogue entry sample-registry at '/secretValues/a': a path with dots that begins with one of app, apps, cluster, derived, item, policies, settings is expected, found 'here.x'"
        ),
        row(
            "a definition of another kind",
            "sample-issuers",
            ["definitions": [["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"]]]],
            "catalogue entry sample-issuers at '/definitions/0/kind': CustomResourceDefinition is expected, found 'Secret'"
        ),
    ])
    func `a faulty entry is refused with its place and the reason`(row: Row) throws {
        let error = try #require(throws: CatalogueError.self) {
            try Catalogue(Catalogues.changing(row.entry, row.change))
        }
        #expect(error.faults.map(\.description) == row.faults)
    }

    @Test func `a sound entry is read`() throws {
        let catalogue = try Catalogues.sample
        let registry = try #require(catalogue["sample-registry"])
        #expect(registry.title == "Registry")
        #expect(registry.classes == [.shared, .userAware, .optional])
        #expect(registry.chart?.isOCI == true)
        #expect(registry.ingress.count == 2)
        #expect(catalogue.dependencies(of: "sample-registry") == ["sample-issuers", "sample-mesh", "sample-store"])
        #expect(catalogue.names == Catalogues.entries.keys.sorted())
    }

    @Test func `a name that has no schema of its own is fine`() throws {
        #expect(!Schema.names(of: .app).contains("sample-registry"))
        #expect(try Catalogues.sample["sample-registry"] != nil)
    }
}

/// Walks through the catalogue that this build carries.
@Suite struct CatalogueFolderTests {
    private static let folder = SampleValues.root.appending(path: "Sources/Platform/Catalogue/Entries")

    private static func files() throws -> [String: JSONValue] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var entries: [String: JSONValue] = [:]
        for file in files where file.pathExtension == "json" {
            entries[file.deletingPathExtension().lastPathComponent] = try JSONValue(
                parsing: Array(Data(contentsOf: file))
            )
        }
        return entries
    }

    @Test func `every entry is valid, and every dependency known`() throws {
        #expect(Catalogue.embeddedFaults == [])
        #expect(throws: Never.self) { try Catalogue(Self.files()) }
        #expect(Catalogue.embedded.names.count >= 70)
        #expect(Catalogue.embedded["flux"]?.isCore == true)
    }

    @Test func `the embedded catalogue is what the folder holds`() throws {
        let files = try Self.files()
        let text = try String(contentsOf: Self.folder.appending(path: "../Catalogue.json"), encoding: .utf8)
        #expect(try JSONValue(parsing: Array(text.utf8)) == .object(files), "run script/catalogue")
        #expect(Catalogue.embedded.names == files.keys.sorted())
    }

    /// Every setting and knob that a schema knows, or none.
    private static func tree(provider: String, hasEverything: Bool) -> JSONValue {
        var settings: [String: JSONValue] = [:]
        var apps: [String: JSONValue] = [:]
        for name in Catalogue.embedded.names { apps[name] = ["enabled": true] }
        if hasEverything {
            for name in Schema.names(of: .settings) { settings[name] = SchemaSample.spec(.settings, name) }
            for name in Catalogue.embedded.names {
                apps[name] = SchemaSample.spec(.app, name).merging([
                    "enabled": true, "chart": .null, "namespace": .null,
                ])
            }
            settings["otomi"]?["installsApps"] = true
        }
        return [
            "cluster": [
                "name": "one", "provider": .string(provider), "region": "somewhere", "domainSuffix": "example.org",
            ],
            "settings": .object(settings), "apps": .object(apps), "policies": [:], "teams": [:],
            "derived": ["domains": ["example.org"], "oidcIssuer": "https://keycloak.example.org", "untrustedCA": true],
        ]
    }

    @Test(arguments: ["aws", "azure", "google", "onprem"], [true, false])
    func `the values of every entry can be made, and hold no secret`(provider: String, hasEverything: Bool) {
        let tree = Self.tree(provider: provider, hasEverything: hasEverything)
        let builder = AppsBuilder(tree: tree)
        let named = builder.forCluster(["name": "one"])
        var faults = FaultLog()
        builder.check(&faults)
        named.checkValues(&faults)
        #expect(faults.placed == [])
        let single = Catalogue.embedded.names.filter { Catalogue.embedded[$0]?.instances == nil }
        let made = (builder.apps + named.apps).filter { $0.entry.instances == nil }
        #expect(made.map(\.entry.name).sorted() == single)
        for object in (builder.everything + builder.definitions()).layerObjects() {
            let name = object["metadata"]?["name"]?.stringValue ?? ""
            #expect(!object.compactText.contains(SchemaSample.secret), "\(name) holds a secret")
        }
    }

    @Test func `apps that share a namespace agree about it`() {
        var namespaces: [String: CatalogueEntry] = [:]
        for entry in Catalogue.embedded.names.compactMap({ Catalogue.embedded[$0] }) {
            guard let other = namespaces[entry.namespace.name] else {
                namespaces[entry.namespace.name] = entry
                continue
            }
            #expect(
                entry.namespace.meshInjection == other.namespace.meshInjection
                    && entry.namespace.policyChecks == other.namespace.policyChecks,
                "\(entry.name) and \(other.name) in \(entry.namespace.name)"
            )
        }
    }

    @Test func `no two ways to interfaces have the same host and path`() {
        let tree = Self.tree(provider: "aws", hasEverything: false)
        let routes = AppsBuilder(tree: tree).routes
        let places = routes.flatMap { route in (route.paths.isEmpty ? ["/"] : route.paths).map { route.host + $0 } }
        #expect(Set(places).count == places.count, "\(places.sorted())")
        #expect(Set(routes.map { "\($0.namespace)/\($0.name)" }).count == routes.count)
    }
}
