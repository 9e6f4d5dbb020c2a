import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import ClusterAgent
import Concurrency
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

/// A cluster is its kube-system namespace: another one under the same name is another cluster.
@Suite struct ClusterIdentityTests {
    @Test("8 · an empty bundle of one cluster is refused by another as well: nothing is deleted for it")
    func emptyBundle() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "a", objects: [.namespace("team-a"), .configMap("c")])
            ])
            try await world.agent {
                try await world.hub.inSync(1)
                try await world.hub.publish([], for: ClusterBinding(name: "demo", id: "cluster-2"))
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "wrongCluster")
                #expect(try await world.find(.configMap("c")) != nil)
            }
        }
    }

    @Test("8 · an agent whose API server is another cluster's applies nothing there")
    func otherKubeSystem() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "a", objects: [.namespace("team-a"), .configMap("c")])
            ])
            try await world.agent { try await world.hub.inSync(1) }
            let other = try await TestCluster.simulated()
            let client = try other.makeClient()
            try await world.agent(token: nil, at: other.configuration) {
                let report = try await world.hub.report(after: await world.hub.reports.count) { $0.state != .inSync }
                #expect(report.state != .inSync)
            }
            let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
            #expect(try await client.find(type, namespace: "team-a", name: "c") == nil)
            await client.shutDown()
        }
    }

    @Test("9 · a cluster that was made anew needs a new token, and nothing of the one before is carried over")
    func madeAnew() async throws {
        try await HubTest.with { hub, caller in
            var old = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            _ = try await old.refresh()
            #expect(try await old.report(.inSync, revision: 1))

            // The new cluster has neither keys nor a token; the old token is used up.
            let new = TestAgent(hub, caller, clusterUID: "made-anew")
            try await new.send(.metadata(.timestamp, poll: nil)).problem(.unauthenticated)
            // Nor does a copy of the old key help, for the uid is another.
            let token = try await hub.store.issueToken(cluster: "paris").text
            #expect(try await new.enrol(token: token).status == 200)
            let copied = TestAgent(hub, caller, key: new.key, sealing: new.sealing, clusterUID: "another")
            try await copied.enrol(token: token).problem(.alreadyExists)

            let cluster = try await hub.store.cluster(named: "paris")
            #expect(cluster.report == nil)
            #expect(cluster.agent?.clusterUID == "made-anew")
            #expect(try await hub.store.objects(clusterID: cluster.id, ObjectFilter()).items.isEmpty)
            #expect(try await caller.cluster("paris").state == .connected)
            try await old.send(.metadata(.timestamp, poll: nil)).problem(.unauthenticated)
            let kinds = try await hub.store.securityEvents(clusterID: cluster.id).map(\.event.kind)
            #expect(kinds.contains(.clusterReplaced))
        }
    }

    @Test("9 · an agent does not take the identity that another cluster left in a copied Secret")
    func copiedSecret() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([ScriptedHub.Layer(name: "a", objects: [.namespace("team-a")])])
            try await world.agent { try await world.hub.inSync(1) }
            let key = ObjectKey(kind: "Secret", namespace: "otomi-system", name: "otomi-agent-state")
            let copy = try #require(try await world.find(key))
            let other = try await TestCluster.simulated()
            let client = try other.makeClient()
            _ = try await client.create(KubernetesObject(.namespace("otomi-system")), fieldManager: "somebody")
            var moved = KubernetesObject(copy.type, namespace: key.namespace, name: key.name)
            moved.json["data"] = copy.json["data"]
            _ = try await client.create(moved, fieldManager: "somebody")
            await client.shutDown()
            let elsewhere = AgentWorld(
                hub: world.hub,
                cluster: other,
                client: try other.makeClient(),
                stateDirectory: "\(world.stateDirectory)/elsewhere"
            )
            let error = await #expect(throws: (any Error).self) { try await elsewhere.agent(token: nil) {} }
            #expect("\(String(describing: error))".contains("not enrolled"))
            await elsewhere.client.shutDown()
        }
    }
}
