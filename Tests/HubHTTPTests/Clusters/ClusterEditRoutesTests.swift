import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// Changes of what is known of a cluster, and how clusters are forgotten.
@Suite struct ClusterEditRoutesTests {
    private static func patch(
        _ caller: HubCaller,
        _ patch: JSONValue,
        ifMatch: String? = nil,
        isDryRun: Bool = false
    ) async throws -> HubAnswer {
        try await caller.send(
            .patch,
            Route.cluster.path("eu", query: [("dryRun", isDryRun ? "true" : nil)]),
            headers: ifMatch.map { [.ifMatch: "\"\($0)\""] } ?? [:],
            body: patch.serialized()
        )
    }

    @Test func `a merge patch changes what it names, and takes away what it says is null`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu", labels: ["env": "dev", "tier": "gold"])
            let patch: JSONValue = ["labels": ["env": "prod", "tier": .null], "owner": "ann", "region": "eu-2"]
            let result: ClusterEditResult = try await Self.patch(caller, patch).message()
            #expect(result.isChanged)
            #expect(result.cluster.labels == ["env": "prod"])
            #expect(result.cluster.owner == "ann")
            #expect(result.cluster.region == "eu-2")
            #expect(result.cluster.provider == "aws")
            let away: ClusterEditResult = try await Self.patch(caller, ["owner": .null, "labels": .null]).message()
            #expect(away.cluster.owner.isEmpty && away.cluster.labels.isEmpty)
            let same: ClusterEditResult = try await Self.patch(caller, ["region": "eu-2"]).message()
            #expect(!same.isChanged)
            let records = try await hub.store.auditRecords(AuditFilter())
            #expect(records.filter { $0.action == "editCluster" }.map(\.object) == ["cluster eu", "cluster eu"])
        }
    }

    @Test func `what placement sees makes the bundle go out anew, what people read does not`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu")
            let id = try await caller.cluster("eu").id
            func version() async throws -> Int64 { try await hub.store.publicationState(clusterID: id).inputVersion }
            let before = try await version()
            #expect(try await Self.patch(caller, ["owner": "ann", "description": "the old one"]).status == 200)
            #expect(try await version() == before)
            #expect(try await Self.patch(caller, ["labels": ["a": "b"]]).status == 200)
            #expect(try await version() == before + 1)
        }
    }

    @Test func `two who change the same cluster at once do not overwrite each other`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("eu")
            let shown = try await caller.get(Route.cluster.path("eu"))
            let tag = try #require(shown.headers[.eTag])
            let version = String(tag.dropFirst().dropLast())
            let first = try await Self.patch(caller, ["owner": "ann"], ifMatch: version)
            #expect(first.status == 200)
            #expect(first.headers[.eTag] != tag)
            try await Self.patch(caller, ["owner": "bob"], ifMatch: version).problem(.preconditionFailed)
            #expect(try await caller.cluster("eu").owner == "ann")
        }
    }

    @Test func `faults are told all at once with their places, and nothing is changed`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("eu")
            let patch: JSONValue = [
                "name": "us", "provider": "", "labels": ["a b": "c", "d": 1], "domain": "not a domain",
                "owner": .string(String(repeating: "x", count: 1_001)),
            ]
            let problem = try await Self.patch(caller, patch).problem(.invalid)
            let places = Set(problem.errors.map(\.pointer.description))
            #expect(places == ["/name", "/provider", "/labels/a b", "/labels/d", "/domain", "/owner"])
            try await Self.patch(caller, []).problem(.badRequest)
            #expect(try await caller.cluster("eu").provider == "aws")
            try await caller.send(.patch, Route.cluster.path("none"), body: Array("{}".utf8)).problem(.notFound)
        }
    }

    @Test func `labels that take a team away say so before anything is changed`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu", labels: ["env": "prod"])
            let group = Document(id: DocumentID(kind: .group, name: "prod"), spec: ["selector": ["env": "prod"]])
            let team = Document.team("shop", spec: ["placement": ["selector": ["env": "prod"]]])
            try await hub.commit(put: [group, team])
            let plan: ClusterEditResult = try await Self.patch(caller, ["labels": ["env": "dev"]], isDryRun: true)
                .message()
            #expect(
                plan.effects.map { "\($0.severity): \($0.text)" } == [
                    "danger: Team shop leaves eu, with its namespace and everything in it.",
                    "note: eu leaves group prod.",
                ]
            )
            #expect(try await caller.cluster("eu").labels == ["env": "prod"])
            let done: ClusterEditResult = try await Self.patch(
                caller,
                ["labels": ["env": "dev"]],
                ifMatch: plan.version
            )
            .message()
            #expect(done.effects == plan.effects)
            #expect(done.cluster.labels == ["env": "dev"])
        }
    }

    @Test func `the agent of a forgotten cluster is told so, and a stranger is told nothing`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("eu", hub, caller)
            #expect(try await caller.delete(Route.cluster.path("eu")).status == 204)
            let problem = try await agent.send(.report, Self.report(hub)).problem(.forbidden)
            #expect(problem.detail == "Cluster 'eu' was forgotten by its hub at \(hub.now.rfc3339).")
            #expect(problem.hint?.contains("otomi cluster add") == true)
            let stranger = TestAgent(hub, caller)
            try await stranger.send(.report, Self.report(hub)).problem(.unauthenticated)
            // The name is free again, and another agent may take it.
            _ = try await TestAgent.enrolled("eu", hub, caller)
        }
    }

    private static func report(_ hub: HubTest) -> Report {
        Report(
            bootID: "boot",
            sequence: 1,
            generation: 1,
            revision: 1,
            state: .inSync,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: hub.now.milliseconds
        )
    }

    @Test func `the generations of a cluster are kept with when they were applied and ready`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("eu", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let published = hub.now
            try await hub.publish()
            hub.advance(by: .seconds(3))
            #expect(try await agent.report(.progressing, revision: revision))
            hub.advance(by: .seconds(2))
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            hub.advance(by: .seconds(60))
            #expect(try await agent.report(.degraded, revision: revision, sequence: 3))
            try await hub.commit(put: [.team("other")])
            try await hub.publish()
            let page: HubAPI.Page<ClusterGeneration> = try await caller.get(Route.clusterGenerations.path("eu"))
                .message()
            #expect(page.items.map(\.generation) == [2, 1])
            #expect(page.items[0].appliedAt == nil)
            let first = page.items[1]
            #expect(first.revision == revision)
            #expect(first.publishedAt == published.rfc3339)
            #expect(first.duration == 3_000)
            #expect(first.readyAt == (published + .seconds(5)).rfc3339)
            #expect(first.state == "degraded")
        }
    }
}
