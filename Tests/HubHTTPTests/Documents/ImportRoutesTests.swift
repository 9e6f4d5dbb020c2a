import HubTestSupport
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct ImportRoutesTests {
    private static let path = Route.imports.path()

    private static let request = ImportRequest(
        message: "Import",
        documents: [.team("demo"), .service("hello", team: "demo")],
        clusters: [
            HubAPI.NewCluster(name: "one", provider: "aws", region: "eu", domain: "one.example.com"),
            HubAPI.NewCluster(name: "two", provider: "azure", region: "west"),
        ]
    )

    @Test func `an import makes one revision and pending clusters that want it`() async throws {
        try await HubTest.with { _, caller in
            let result = try await caller.post(Self.path, Self.request).message(HubAPI.ImportResult.self)
            #expect(result.revision == 1)
            #expect(result.created)
            #expect(result.changed.count == 2)
            #expect(result.clusters == ["one", "two"])
            let cluster = try await caller.cluster("one")
            #expect(cluster.state == .pending)
            #expect(cluster.desiredRevision == 1)
            #expect(cluster.domain == "one.example.com")
        }
    }

    @Test func `the same import again changes nothing`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await caller.post(Self.path, Self.request)
            let again = try await caller.post(Self.path, Self.request).message(HubAPI.ImportResult.self)
            #expect(again.revision == 1)
            #expect(!again.created)
            #expect(again.changed.isEmpty)
            #expect(again.unchanged == 2)
            #expect(again.clusters.isEmpty)
            #expect(try await hub.store.allClusters().count == 2)
        }
    }

    @Test func `an import with a fault stores neither documents nor clusters`() async throws {
        try await HubTest.with { hub, caller in
            var request = Self.request
            request.documents.append(.team("bad", spec: ["resourceQuota": ["pods": "many"]]))
            let problem = try await caller.post(Self.path, request).problem(.invalid)
            #expect(problem.errors.map(\.pointer.description) == ["/resourceQuota/pods"])
            #expect(try await hub.store.latestRevision() == 0)
            #expect(try await hub.store.allClusters().isEmpty)
        }
    }

    @Test func `an import with a cluster that has no name stores nothing`() async throws {
        try await HubTest.with { hub, caller in
            var request = Self.request
            request.clusters.append(HubAPI.NewCluster(name: "Not_A_Name", provider: "aws", region: "eu"))
            try await caller.post(Self.path, request).problem(.invalid)
            #expect(try await hub.store.latestRevision() == 0)
            #expect(try await hub.store.allClusters().isEmpty)
        }
    }

    @Test func `a reference that leads out of the repository does not stop an import`() async throws {
        try await HubTest.with { _, caller in
            let request = ImportRequest(message: "Import", documents: [.service("hello", team: "nobody")], clusters: [])
            let answer = try await caller.post(Self.path, request)
            #expect(try answer.message(HubAPI.ImportResult.self).created)
        }
    }

    @Test func `a cluster that exists is left as it is`() async throws {
        try await HubTest.with { _, caller in
            let before = try await caller.addCluster("one", provider: "onprem")
            let result = try await caller.post(Self.path, Self.request).message(HubAPI.ImportResult.self)
            #expect(result.clusters == ["two"])
            let cluster = try await caller.cluster("one")
            #expect(cluster.id == before.id)
            #expect(cluster.provider == "onprem")
        }
    }
}
