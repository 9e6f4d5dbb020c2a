import HubTestSupport
import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import JSON
import Testing
import Values

/// The states of a cluster as people see them.
@Suite struct ClusterStateTests {
    @Test func `a cluster is connected once its agent has enrolled`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("other")
            #expect(try await caller.cluster("other").state == .pending)
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .connected)
            #expect(cluster.lastSeen == hub.now.rfc3339)
        }
    }

    @Test func `a cluster follows its reports: in sync, progressing, in sync again`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let first = try await hub.commit(put: [.team("demo")])
            hub.advance(by: .seconds(5))
            #expect(try await agent.report(.inSync, revision: first))
            var cluster = try await caller.cluster("demo")
            #expect(cluster.state == .inSync)
            #expect(cluster.reason == nil)
            #expect(cluster.since == hub.now.rfc3339)
            #expect(cluster.desiredRevision == first)
            #expect(cluster.appliedRevision == first)
            #expect(cluster.appliedGeneration == 1)
            #expect(cluster.versions == ["agent": "1.0", "kubernetes": "1.30"])

            let second = try await hub.commit(put: [.team("other")])
            cluster = try await caller.cluster("demo")
            #expect(cluster.state == .progressing)
            #expect(cluster.desiredRevision == second)
            #expect(cluster.appliedRevision == first)
            #expect(cluster.reason?.contains("\(second)") == true)

            #expect(try await agent.report(.inSync, revision: second, sequence: 2))
            #expect(try await caller.cluster("demo").state == .inSync)
        }
    }

    @Test(arguments: [Report.State.progressing, .degraded, .outOfSync, .held])
    func `a cluster that is not well says what is wrong first`(state: Report.State) async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let object = ObjectReport(
                group: "apps",
                kind: "Deployment",
                namespace: "team-demo",
                name: "hello",
                reason: "Unavailable",
                message: "0 of 1 are up"
            )
            let layer = LayerReport(
                name: "team/demo",
                digest: Digest(of: [1]),
                state: state,
                objects: 3,
                applied: 2,
                failed: 1,
                message: "one failed"
            )
            #expect(try await agent.report(state, revision: revision, layers: [layer], notReady: [object]))
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state.rawValue == state.rawValue)
            #expect(cluster.reason?.contains("team-demo/hello") == true)
            #expect(cluster.reason?.contains("0 of 1 are up") == true)
            #expect(cluster.layers.map(\.name) == ["team/demo"])
            #expect(cluster.layers.first?.digest == Digest(of: [1]).hex)
            #expect(cluster.layers.first?.failed == 1)
            #expect(cluster.notReady.first?["name"] == "hello")

            let listed = try await caller.get(Route.clusters.path()).message(HubAPI.Page<ClusterStatus>.self)
            #expect(listed.items.first?.state.rawValue == state.rawValue)
            #expect(listed.items.first?.layers.isEmpty == true)
        }
    }

    @Test func `a silent agent's cluster is lost until it speaks again`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let seen = hub.now
            hub.advance(by: .seconds(90))
            #expect(try await caller.cluster("demo").state == .connected)
            hub.advance(by: .seconds(1))
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .lost)
            #expect(cluster.since == seen.rfc3339)
            #expect(cluster.lastSeen == seen.rfc3339)
            try await hub.store.touch([agent.clusterID: hub.now])
            #expect(try await caller.cluster("demo").state == .connected)
        }
    }

    @Test func `a revoked cluster says so`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.store.revokeCluster(named: "demo")
            #expect(try await caller.cluster("demo").state == .revoked)
        }
    }

    @Test func `an agent that refuses the bundle puts its cluster out of sync with the reason`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let report = Report(
                bootID: "boot",
                sequence: 1,
                generation: 1,
                revision: revision,
                state: .inSync,
                trustError: TrustFault(code: "rollback", message: "timestamp.json has version 1"),
                versions: Versions(agent: "1.0", kubernetes: "1.30"),
                observedAt: hub.now.milliseconds
            )
            #expect(try await agent.send(.report, report).status == 200)
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .outOfSync)
            #expect(cluster.reason?.contains("rollback") == true)
        }
    }

    @Test func `a cluster whose bundle cannot be compiled says why`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let cluster = Document(
                id: DocumentID(kind: .cluster, scope: .cluster("demo"), name: "demo"),
                spec: ["domainSuffix": "demo.example.org"]
            )
            let service = Document(
                id: DocumentID(kind: .service, team: "demo", name: "hello"),
                spec: [
                    "port": 80, "predeployed": "service",
                    "exposure": ["type": "public", "domain": "keycloak.demo.example.org"],
                ]
            )
            let revision = try await hub.commit(put: [.team("demo"), cluster, service])
            try await hub.publish()
            let status = try await caller.cluster("demo")
            #expect(status.state == .outOfSync)
            let reason = try #require(status.reason)
            #expect(reason.hasPrefix("Revision \(revision) cannot be compiled for it: Service demo/hello"))
        }
    }
}
