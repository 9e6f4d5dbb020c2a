import JSON
import Testing
import Values

@testable import Platform

@Suite struct AppSetTests {
    private static func set(
        _ apps: JSONValue = [:],
        provider: String = "azure",
        derived: JSONValue = [:]
    ) throws -> AppSet {
        AppSet(
            tree: ["cluster": ["provider": .string(provider)], "apps": apps, "derived": derived],
            catalogue: try Catalogues.sample
        )
    }

    private static func texts(_ set: AppSet) -> [String] {
        set.states.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.isOn ? "on" : "off"): \($0.value.reason)" }
    }

    @Test func `what is on has a reason, and dependencies come along`() throws {
        let set = try Self.set()
        #expect(
            Self.texts(set) == [
                "sample-issuers on: needed by sample-registry", "sample-mesh on: core", "sample-registry on: default",
                "sample-store on: needed by sample-registry",
            ]
        )
        #expect(set.issues == [])
    }

    @Test func `a document decides, and takes along what only its app needed`() throws {
        let set = try Self.set(["sample-registry": ["enabled": false]])
        #expect(
            Self.texts(set) == [
                "sample-issuers off: default", "sample-mesh on: core", "sample-registry off: document",
                "sample-store off: default",
            ]
        )
        #expect(set.issues == [])
    }

    @Test func `a default can follow from the cluster`() throws {
        let set = try Self.set(["sample-registry": ["enabled": false]], provider: "aws")
        #expect(set.states["sample-issuers"] == AppSet.State(isOn: true, reason: .default))
    }

    @Test func `a default can follow from another app, whose document or default decides`() throws {
        let catalogue = try Catalogue(
            Catalogues.changing(
                "sample-issuers",
                ["enabled": ["$if": "apps.sample-registry.enabled", "$then": true, "$else": false]]
            )
        )
        #expect(AppSet(tree: [:], catalogue: catalogue).states["sample-issuers"]?.reason == .default)
        #expect(AppSet(tree: [:], catalogue: catalogue).isOn("sample-issuers"))
        let off = AppSet(tree: ["apps": ["sample-registry": ["enabled": false]]], catalogue: catalogue)
        #expect(!off.isOn("sample-issuers"))
        #expect(off.plain["apps"]?["sample-issuers"]?["enabled"] == false)
    }

    @Test func `an app that is placed elsewhere is off here`() throws {
        let set = try Self.set(derived: ["appsElsewhere": ["sample-registry"]])
        #expect(set.states["sample-registry"] == AppSet.State(isOn: false, reason: .placement))
        #expect(!set.isOn("sample-store"))
    }

    @Test func `placement reaches the set from documents`() throws {
        let documents = [
            Document(
                id: DocumentID(kind: .app, name: "sample-registry"),
                spec: ["enabled": true, "placement": ["clusters": ["two"]]]
            )
        ]
        func isOn(_ cluster: String) throws -> Bool {
            let values = EffectiveValues(
                cluster: ClusterIdentity(name: cluster, provider: "aws", region: ""),
                documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
            )
            return AppSet(tree: values.tree, catalogue: try Catalogues.sample).isOn("sample-registry")
        }
        #expect(try isOn("two"))
        #expect(try !isOn("one"))
    }

    @Test func `a core app cannot be switched off or sent elsewhere`() throws {
        let off = try Self.set(["sample-mesh": ["enabled": false]])
        #expect(off.isOn("sample-mesh"))
        #expect(off.issues.map(\.message) == ["'sample-mesh' is a core app, which is always on"])
        #expect(off.issues.map(\.pointer.description) == ["/enabled"])
        let elsewhere = try Self.set(derived: ["appsElsewhere": ["sample-mesh"]])
        #expect(elsewhere.issues.map(\.message) == ["'sample-mesh' is a core app, which goes to every cluster"])
    }

    @Test func `an app that another needs cannot be off`() throws {
        let set = try Self.set(["sample-store": ["enabled": false]])
        #expect(set.issues.map(\.message) == ["'sample-store' cannot be off, because 'sample-registry' needs it"])
        #expect(set.issues.map(\.app) == ["sample-store"])
        #expect(set.isOn("sample-store"))
    }

    @Test func `a document may bring an app of its own`() throws {
        let chart: JSONValue = ["name": "shop", "version": "1.0.0", "repository": "https://charts.example.org"]
        let set = try Self.set(["shop": ["chart": chart, "dependsOn": ["sample-store"]]])
        #expect(set.states["shop"] == AppSet.State(isOn: true, reason: .default))
        #expect(set.entries["shop"]?.namespaceName == "shop")
        #expect(set.issues == [])
        let off = try Self.set(["shop": ["chart": chart, "enabled": false]])
        #expect(off.states["shop"] == AppSet.State(isOn: false, reason: .document))
    }

    @Test func `absurd documents are no reason to crash`() throws {
        for spec: JSONValue in [1, "a", [], ["chart": 1], ["chart": ["name": 1]], ["enabled": "yes"], .null] {
            let set = try Self.set(["shop": spec, "sample-registry": spec])
            #expect(!set.isOn("shop"))
        }
    }
}
