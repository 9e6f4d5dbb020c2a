import AgentProtocol
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// One life of an agent on a real API server; the inventory is one per cluster, so this is one test.
@Suite struct RealClusterTests {
    @Test("apply, change, drift, unserved kinds and pruning on a real API server", .enabled(if: TestCluster.hasReal))
    func life() async throws {
        let cluster = try #require(try await TestCluster.real())
        let team = TestCluster.uniqueName("team")
        let others = try await cluster.makeNamespace("others")
        @Sendable func layer(_ value: String) -> ScriptedHub.Layer {
            ScriptedHub.Layer(
                name: "team/a",
                objects: [
                    .namespace(team), .configMap("a", in: team), .configMap("b", in: team, value), Self.cronJob(team),
                ]
            )
        }
        try await AgentWorld.with(cluster) { world in
            try await world.create(KubernetesObject(.configMap("precious", in: others)))
            try await world.hub.publish([layer("1"), ScriptedHub.Layer(name: "platform", objects: [])])
            try await world.agent {
                let first = try await world.hub.report { $0.generation == 1 }
                #expect(first.counts["applied"] == 3)
                #expect(first.notReady.map(\.reason) == ["NotServed"])
                let before = try await world.find(.configMap("a", in: team))
                try await world.hub.publish([layer("2"), ScriptedHub.Layer(name: "platform", objects: [])])
                _ = try await world.hub.report { $0.generation == 2 }
                #expect(try await world.find(.configMap("b", in: team))?.json["data"]?["value"] == "2")
                let after = try await world.find(.configMap("a", in: team))
                #expect(before?.resourceVersion == after?.resourceVersion)

                let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
                try await world.client.delete(type, namespace: team, name: "a")
                try await world.wait(for: .configMap("a", in: team)) { $0 != nil }
                try await world.client.mergePatch(
                    type,
                    namespace: team,
                    name: "b",
                    patch: ["data": ["value": "mine"]],
                    fieldManager: "somebody"
                )
                try await world.wait(for: .configMap("b", in: team)) { $0?.json["data"]?["value"] == "2" }

                try await world.hub.publish([ScriptedHub.Layer(name: "platform", objects: [])])
                try await world.hub.confirm(try await world.hub.held(3).pendingDeletions)
                let last = try await world.hub.report { $0.generation == 4 }
                #expect(last.counts["held"] == 0)
                // No controller runs here that would empty the namespace, so it stays on its way out.
                try await world.wait(for: .namespace(team)) { $0?.isTerminating ?? true }
                #expect(try await world.find(.configMap("a", in: team)) == nil)
                #expect(try await world.find(.configMap("precious", in: others)) != nil)
            }
        }
    }

    private static func cronJob(_ namespace: String) -> JSONValue {
        let pod: JSONValue = [
            "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
        ]
        return [
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": ["name": "j", "namespace": .string(namespace)],
            "spec": ["schedule": "@daily", "jobTemplate": ["spec": ["template": pod]]],
        ]
    }
}
