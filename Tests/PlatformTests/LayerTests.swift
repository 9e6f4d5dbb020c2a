import JSON
import Testing
import Values

@testable import Platform

@Suite struct LayerTests {
    private static let services: JSONValue = [
        "web": ["container": Trees.container, "exposure": ["type": "public"]],
        "api": ["predeployed": "service", "exposure": ["type": "private"]],
    ]

    @Test func `equal values are equal bytes`() {
        let tree = Trees.team(services: Self.services)
        let first = Compilation(of: tree)
        for _ in 0..<20 {
            // Another hash seed for each dictionary would show an order that depends on it.
            let again = Compilation(of: (try? JSONValue(parsing: tree.serialized())) ?? .null)
            #expect(again.objects.map { $0.serialized() } == first.objects.map { $0.serialized() })
        }
    }

    @Test func `clusters with the same inputs share the layer of a team`() {
        func layers(_ cluster: JSONValue) -> [CompiledLayer] {
            Compilation(of: Trees.team(services: Self.services, cluster: Trees.cluster.merging(cluster))).layers
                .filter { ["tenancy/demo", "team/demo"].contains($0.name) }
        }
        let one = layers(["name": "one", "provider": "aws", "region": "eu", "labels": ["a": "b"]])
        let two = layers(["name": "two", "provider": "azure", "region": "us", "labels": [:]])
        #expect(one.count == 2)
        #expect(one == two)
        #expect(one != layers(["domainSuffix": "other.example.org"]))
    }

    @Test func `another team changes nothing in the layer of this one`() {
        let tree = Trees.team(services: Self.services)
        let both = tree.merging(["teams": ["other": ["services": Self.services]]])
        for name in ["tenancy/demo", "team/demo"] {
            let alone = Compilation(of: tree).layers.first { $0.name == name }
            #expect(alone != nil)
            #expect(alone == Compilation(of: both).layers.first { $0.name == name })
        }
    }

    @Test func `the platform goes before what it sets for a team, and that before what is the team's own`() {
        let compilation = Compilation(of: Trees.team(services: Self.services))
        #expect(compilation.layers.map(\.name) == ["platform", "team/demo", "tenancy/demo"])
        #expect(compilation.layers.map(\.wave) == [1, 4, 3])
        for layer in compilation.layers where layer.name != "team/demo" {
            #expect(layer.objects.first?["kind"] == "Namespace")
        }
    }

    @Test func `a layer lists namespaces first, then by kind, namespace and name`() throws {
        let layer = try #require(Compilation(of: Trees.team(services: Self.services)).layers.last)
        let order = ObjectKind.ordered.map { "\($0.apiVersion) \($0.name)" }
        let keys = layer.objects.map { object in
            (
                order.firstIndex(of: "\(object["apiVersion"]?.stringValue ?? "") \(object["kind"]?.stringValue ?? "")")
                    ?? -1,
                object["metadata"]?["namespace"]?.stringValue ?? "",
                object["metadata"]?["name"]?.stringValue ?? ""
            )
        }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 })
        #expect(layer.objects.first?["kind"] == "Namespace")
    }

    @Test func `every object says who manages it and whose it is`() {
        let compilation = Compilation(of: Trees.team(services: Self.services))
        for layer in compilation.layers {
            for object in layer.objects {
                let labels = object["metadata"]?["labels"]
                #expect(labels?["app.kubernetes.io/managed-by"] == "otomi")
                #expect((labels?["otomi.io/team"] == "demo") == layer.isOfTeams)
            }
        }
    }

    @Test func `documents become layers`() {
        let documents = [
            Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]),
            Document(
                id: DocumentID(kind: .service, team: "demo", name: "web"),
                spec: ["container": Trees.container, "exposure": ["type": "public"]]
            ),
            Document(
                id: DocumentID(kind: .cluster, scope: .cluster("one"), name: "one"),
                spec: ["domainSuffix": "one.example.org"]
            ),
        ]
        let values = EffectiveValues(
            cluster: ClusterIdentity(name: "one", provider: "aws", region: "eu"),
            documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
        )
        let compilation = compile(values)
        #expect(compilation.faults.isEmpty)
        let ingress = compilation.object(.ingress, "web.team-demo")
        #expect(ingress?["spec"]?["rules"]?[0]?["host"] == "web.team-demo.one.example.org")
    }
}
