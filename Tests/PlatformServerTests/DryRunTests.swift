import Foundation
import JSON
import KubernetesTestSupport
import Platform
import PlatformTestSupport
import Testing
import Values

/// Everything that is compiled, before a real API server with the real definitions.
@Suite(.enabled(if: ServedObjects.areServed, "there is no real API server"), .serialized)
struct DryRunTests {
    /// Kinds that no server here knows: their definitions are not among the fixtures, or are made by a controller.
    private static let unservedKinds: Set<String> = [
        "gateway.networking.k8s.io/v1 TLSRoute", "operator.knative.dev/v1beta1 KnativeServing",
    ]

    @Test func `everything that is compiled is accepted by a dry run on the real API server`() async throws {
        var real = try #require(try await ServedObjects(definitionsOf: try ServedObjects.projects))
        var simulated = try await ServedObjects(
            try await TestCluster.simulated(),
            definitionsOf: try ServedObjects.projects
        )
        let sources = try CompiledClusters.all()
        var skipped: Set<String> = []
        var checked = 0
        for (name, compilation) in sources {
            let objects = compilation.objects
            // A dry run makes no namespaces, and whatever is in one needs it.
            for server in [real, simulated] {
                var server = server
                #expect(try await server.apply(objects.filter { $0["kind"] == "Namespace" }).refused == [], "\(name)")
            }
            let answer = try await real.apply(objects, isDryRun: true)
            #expect(answer.refused == [], "\(name)")
            // Kubernetes 1.20 does not serve all built-in kinds in the versions of today.
            let others = objects.filter { answer.unserved.contains(ServedObjects.kind(of: $0)) }
            let second = try await simulated.apply(others, isDryRun: true)
            #expect(second.refused == [], "\(name), simulated")
            skipped.formUnion(second.unserved)
            checked += objects.count
        }
        print("dry run: \(checked) objects of \(sources.count) clusters; skipped kinds: \(skipped.sorted())")
        let constraints = skipped.filter { $0.hasPrefix("constraints.gatekeeper.sh/") }
        #expect(skipped.subtracting(constraints) == Self.unservedKinds)
    }

    @Test func `an unchanged job is left alone, and one that always runs is made anew with each revision`() async throws
    {
        var server = try #require(try await ServedObjects())
        let team = TestCluster.uniqueName("t")
        func objects(revision: Int64, image: String = "1.37") -> [JSONValue] {
            func job(_ name: String, _ policy: String) -> StoredDocument {
                let spec: JSONValue = [
                    "script": "true", "runPolicy": .string(policy),
                    "image": ["repository": "busybox", "tag": .string(image)],
                    "resources": [
                        "limits": ["cpu": "100m", "memory": "64Mi"], "requests": ["cpu": "10m", "memory": "16Mi"],
                    ],
                ]
                let id = DocumentID(kind: .job, team: team, name: name)
                return StoredDocument(document: Document(id: id, spec: spec), revision: revision, author: "tester")
            }
            let own = StoredDocument(
                document: Document(id: DocumentID(kind: .team, name: team), spec: [:]),
                revision: 1,
                author: "tester"
            )
            let index = DocumentIndex([own, job("once", "OnSpecChange"), job("always", "Always")], revision: revision)
            let cluster = ClusterIdentity(name: "one", provider: "aws", region: "eu")
            return compile(index.selection(for: cluster)).objects.filter {
                ["Job", "ServiceAccount"].contains($0["kind"]?.stringValue)
                    && $0["metadata"]?["namespace"]?.stringValue == "team-\(team)"
            }
        }
        func jobs() async throws -> [String: String] {
            let list = try await server.cluster.send("GET", "/apis/batch/v1/namespaces/team-\(team)/jobs")
            var uids: [String: String] = [:]
            for item in list.json["items"]?.arrayValue ?? [] {
                let name = item["metadata"]?["name"]?.stringValue ?? ""
                uids[name] = item["metadata"]?["uid"]?.stringValue
            }
            return uids
        }
        let namespace: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string("team-\(team)")],
        ]
        #expect(try await server.apply([namespace] + objects(revision: 1)).refused == [])
        let first = try await jobs()
        #expect(first.count == 2)
        #expect(try await server.apply(objects(revision: 2)).refused == [])
        let second = try await jobs()
        #expect(Set(second.keys).subtracting(first.keys) == ["always-r2"])
        #expect(first.allSatisfy { second[$0.key] == $0.value })
        #expect(try await server.apply(objects(revision: 3, image: "1.38")).refused == [])
        let third = Set(try await jobs().keys).subtracting(second.keys)
        #expect(third.count == 2 && third.contains("always-r3"))
        #expect(third.contains { $0.hasPrefix("once-") })
    }
}
