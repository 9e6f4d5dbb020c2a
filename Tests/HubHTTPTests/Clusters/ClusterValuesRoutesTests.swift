import HubTestSupport
import Concurrency
import HubAPI
import HubStore
import JSON
import Platform
import Testing
import Values

@Suite struct ClusterValuesRoutesTests {
    @Test func `values are those of the cluster, with secrets as markers`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            try await caller.addCluster("other")
            let here = Document.team("here", spec: ["placement": ["clusters": ["demo"]], "password": "c4nary"])
            let revision = try await hub.commit(put: [here, .service("hello", team: "here")])

            let answer = try await caller.get(Route.clusterValues.path("demo"))
            #expect(!answer.text.contains("c4nary"))
            let values = try answer.message(ClusterValues.self)
            #expect(values.cluster == "demo")
            #expect(values.revision == revision)
            #expect(values.values["cluster"]?["provider"] == "aws")
            let team = try #require(values.values["teams"]?["here"])
            #expect(team["services"]?["hello"]?["port"] == 80)
            #expect(SecretMarker.isMarker(try #require(team["password"])))

            let elsewhere = try await caller.get(Route.clusterValues.path("other")).message(ClusterValues.self)
            #expect(elsewhere.values["teams"]?["here"] == nil)
        }
    }

    @Test func `values of an earlier revision are as they were`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let first = try await hub.commit(put: [.team("one")])
            try await hub.commit(put: [.team("two")], delete: [Document.team("one").id])
            let path = Route.clusterValues.path("demo", query: [("revision", "\(first)")])
            let values = try await caller.get(path).message(ClusterValues.self)
            #expect(values.revision == first)
            #expect(values.values["teams"]?.objectValue?.keys.sorted() == ["one"])
        }
    }

    @Test func `an explanation names the layer, the revision and what was overridden`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let quota: JSONValue = ["resourceQuota": ["pods": "10"]]
            let first = try await hub.commit(put: [.team("here", spec: quota)])
            let more: JSONValue = ["resourceQuota": ["pods": "20"]]
            let second = try await hub.commit(put: [.team("here", scope: .cluster("demo"), spec: more)])

            let path = "teams.here.resourceQuota.pods"
            let answer = try await caller.get(Route.clusterExplain.path("demo", query: [("path", path)]))
            let explanation = try answer.message(ClusterExplanation.self)
            #expect(explanation.path == path)
            let entry = try #require(explanation.entries.first)
            #expect(explanation.entries.count == 1)
            #expect(entry.value == "20")
            #expect(entry.origin == Origin(source: .document(.cluster("demo")), revision: second, author: "alice"))
            let below = try #require(entry.overridden.first)
            #expect(below.value == "10")
            #expect(below.origin == Origin(source: .document(.platform), revision: first, author: "alice"))
        }
    }

    @Test func `an explanation covers every leaf below a place, defaults too`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            try await hub.commit(put: [.team("here", spec: ["password": "c4nary"])])
            let answer = try await caller.get(Route.clusterExplain.path("demo", query: [("path", "/teams/here")]))
            #expect(!answer.text.contains("c4nary"))
            let entries = try answer.message(ClusterExplanation.self).entries
            #expect(
                entries.contains { $0.origin == .builtIn && $0.pointer.description == "/teams/here/resourceQuota/pods" }
            )
            #expect(entries.map(\.pointer) == entries.map(\.pointer).sorted())
        }
    }

    @Test func `a path that leads nowhere, or none at all, is a problem`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let nowhere = Route.clusterExplain.path("demo", query: [("path", "teams.nobody")])
            #expect(try await caller.get(nowhere).problem(.notFound).detail.contains("teams.nobody"))
            try await caller.get(Route.clusterExplain.path("demo")).problem(.badRequest)
        }
    }

    @Test(arguments: [Route.clusterValues, .clusterObjects])
    func `a cluster that does not exist is not found`(route: Route) async throws {
        try await HubTest.with { _, caller in
            try await caller.get(route.path("nowhere")).problem(.notFound)
        }
    }

    @Test func `objects are exactly those that the platform compiles`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("here"), .team("there"), .service("hello", team: "here")])
            try await hub.publish()

            let objects = try await caller.get(Route.clusterObjects.path("demo")).message(ClusterObjects.self)
            #expect(objects.revision == revision)
            #expect(objects.generation == 1)
            let cluster = try await hub.store.cluster(named: "demo")
            let documents = try await hub.store.allDocuments(revealing: true)
            let expected = compile(EffectiveValues(cluster: cluster.identity, documents: documents)).layers
            let open = expected.filter { !$0.isConfidential }.flatMap(\.objects)
            #expect(Set(objects.objects).isSuperset(of: open))
            #expect(objects.objects.count == expected.flatMap(\.objects).count)
            #expect(!objects.objects.isEmpty)
        }
    }

    @Test func `objects of the sealed layer are shown without their secrets`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("here"), .pullSecret(password: "c4nary")])
            try await hub.publish()
            let answer = try await caller.get(Route.clusterObjects.path("demo"))
            #expect(!answer.text.contains("c4nary"))
            let secrets = try answer.message(ClusterObjects.self).objects.filter { $0["kind"] == "Secret" }
            #expect(!secrets.isEmpty)
            for secret in secrets {
                let data = (secret["data"] ?? secret["stringData"])?.objectValue ?? [:]
                #expect(!data.isEmpty)
                #expect(data.values.allSatisfy(SecretMarker.isMarker))
            }
        }
    }

    @Test func `a cluster without a bundle says what is missing`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            #expect(try await caller.get(Route.clusterObjects.path("demo")).problem(.notFound).hint != nil)
        }
    }

    @Test func `objects are those that are out, not those that are wanted`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("here")])
            try await hub.publish()
            try await hub.commit(put: [.team("later")])
            let objects = try await caller.get(Route.clusterObjects.path("demo")).message(ClusterObjects.self)
            #expect(objects.revision == revision)
            #expect(!objects.objects.contains { $0["metadata"]?["name"] == "team-later" })
        }
    }
}
