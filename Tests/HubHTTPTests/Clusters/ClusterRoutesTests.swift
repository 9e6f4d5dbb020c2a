import HubTestSupport
import AgentProtocol
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct ClusterRoutesTests {
    @Test func `a new cluster is pending, and its token and command are handed out once`() async throws {
        try await HubTest.with { hub, caller in
            let new = HubAPI.NewCluster(
                name: "demo",
                provider: "aws",
                region: "eu-central-1",
                labels: ["env": "prod"],
                domain: "demo.example.com"
            )
            let answer = try await caller.post(Route.clusters.path(), new)
            #expect(answer.status == 201)
            let enrolment = try answer.message(ClusterEnrolment.self)
            #expect(enrolment.name == "demo")
            #expect(enrolment.install.contains("--token \(enrolment.token)"))
            #expect(enrolment.install.contains("--hub http://localhost"))
            #expect(enrolment.tokenExpiresAt == (hub.now + .seconds(3600)).rfc3339)

            let shown = try await caller.get(Route.cluster.path("demo"))
            #expect(!shown.text.contains(enrolment.token))
            let cluster = try shown.message(ClusterStatus.self)
            #expect(cluster.id == enrolment.id)
            #expect(cluster.provider == "aws")
            #expect(cluster.region == "eu-central-1")
            #expect(cluster.labels == ["env": "prod"])
            #expect(cluster.domain == "demo.example.com")
            #expect(cluster.state == .pending)
            #expect(cluster.since == hub.now.rfc3339)
            #expect(cluster.lastSeen == nil)
            #expect(cluster.generation == 0)
            #expect(cluster.layers.isEmpty)
        }
    }

    @Test func `the command names the address that the operator used`() async throws {
        try await HubTest.with { _, caller in
            let new = HubAPI.NewCluster(name: "demo", provider: "aws", region: "eu")
            let forwarded = HTTPField.Name("X-Forwarded-Proto")
            let answer = try await caller.send(
                .post,
                Route.clusters.path(),
                headers: [try #require(forwarded): "https"],
                body: new.json.serialized()
            )
            #expect(try answer.message(ClusterEnrolment.self).install.contains("--hub https://localhost"))
        }
    }

    @Test func `clusters are listed by name, page by page`() async throws {
        try await HubTest.with { _, caller in
            for name in ["c", "a", "b"] { try await caller.addCluster(name) }
            var names: [String] = []
            var after: String?
            repeat {
                let path = Route.clusters.path(query: [("limit", "2"), ("after", after)])
                let page = try await caller.get(path).message(HubAPI.Page<ClusterStatus>.self)
                #expect(page.items.count <= 2)
                names += page.items.map(\.name)
                after = page.next
            } while after != nil
            #expect(names == ["a", "b", "c"])
        }
    }

    @Test func `a removed cluster is gone, and its name is free again under another id`() async throws {
        try await HubTest.with { _, caller in
            let first = try await caller.addCluster("demo")
            #expect(try await caller.delete(Route.cluster.path("demo")).status == 204)
            try await caller.get(Route.cluster.path("demo")).problem(.notFound)
            try await caller.delete(Route.cluster.path("demo")).problem(.notFound)
            #expect(try await caller.addCluster("demo").id != first.id)
        }
    }

    @Test func `a name that is taken is a conflict`() async throws {
        try await HubTest.with { _, caller in
            let first = try await caller.addCluster("demo")
            let again = HubAPI.NewCluster(name: "demo", provider: "azure", region: "west")
            let problem = try await caller.post(Route.clusters.path(), again).problem(.alreadyExists)
            #expect(problem.detail.contains("demo"))
            let cluster = try await caller.cluster("demo")
            #expect(cluster.id == first.id)
            #expect(cluster.provider == "aws")
        }
    }

    @Test(arguments: [
        (HubAPI.NewCluster(name: "Not_A_Name", provider: "aws", region: "eu"), "/name"),
        (HubAPI.NewCluster(name: "", provider: "aws", region: "eu"), "/name"),
        (HubAPI.NewCluster(name: "demo", provider: "aws", region: "eu", domain: "not a domain"), "/domain"),
    ])
    func `a cluster that values could not speak of is refused with the place`(
        cluster: HubAPI.NewCluster,
        pointer: String
    ) async throws {
        try await HubTest.with { hub, caller in
            let problem = try await caller.post(Route.clusters.path(), cluster).problem(.invalid)
            #expect(problem.errors.map(\.pointer.description) == [pointer])
            #expect(try await hub.store.allClusters().isEmpty)
        }
    }

    @Test func `a new token replaces the one before`() async throws {
        try await HubTest.with { hub, caller in
            let first = try await caller.addCluster("demo")
            let answer = try await caller.send(.post, Route.clusterToken.path("demo"))
            #expect(answer.status == 201)
            let second = try answer.message(ClusterEnrolment.self)
            #expect(second.id == first.id)
            #expect(second.token != first.token)
            let agent = TestAgent(hub, caller)
            try await agent.enrol(token: first.token).problem(.unauthenticated)
            #expect(try await agent.enrol(token: second.token).status == 200)
            try await caller.send(.post, Route.clusterToken.path("nowhere")).problem(.notFound)
        }
    }
}
