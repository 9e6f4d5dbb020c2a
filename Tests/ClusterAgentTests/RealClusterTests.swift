import AgentWorldSupport
import AgentProtocol
import AgentTestSupport
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// One life of an agent on a real API server; the inventory is one per cluster, so this is one test.
@Suite struct RealClusterTests {
    @Test(
        "apply, change, drift, a moved kind, a lost state and pruning on a real API server",
        .enabled(if: TestCluster.hasReal)
    )
    func life() async throws {
        let cluster = try #require(try await TestCluster.real())
        let team = TestCluster.uniqueName("team")
        let others = try await cluster.makeNamespace("others")
        @Sendable func layer(_ value: String, _ ingress: JSONValue) -> ScriptedHub.Layer {
            ScriptedHub.Layer(
                name: "tenancy/a",
                objects: [
                    .namespace(team), .configMap("a", in: team), .configMap("b", in: team, value), Self.cronJob(team),
                    ingress,
                ]
            )
        }
        try await AgentWorld.with(.real) { world in
            try await world.create(KubernetesObject(.configMap("precious", in: others)))
            try await world.hub.publish([
                layer("1", Self.oldIngress(team)), ScriptedHub.Layer(name: "platform", objects: []),
            ])
            try await world.agent {
                let first = try await world.hub.report { $0.generation == 1 }
                #expect(first.counts["applied"] == 4)
                #expect(first.notReady.map(\.reason) == ["NotServed"])
                let before = try await world.find(.configMap("a", in: team))
                let ingressKey = ObjectKey(group: "networking.k8s.io", kind: "Ingress", namespace: team, name: "i")
                let ingress = try #require(try await world.find(ingressKey))
                try await world.hub.publish([
                    layer("2", Self.ingress(team)), ScriptedHub.Layer(name: "platform", objects: []),
                ])
                let second = try await world.hub.report { $0.generation == 2 }
                #expect(second.counts["held"] == 0)
                #expect(second.counts["pruned"] == 0)
                // The same object under another group: its old entry went without a deletion.
                let moved = try #require(try await world.find(ingressKey))
                #expect(moved.uid == ingress.uid && !moved.isTerminating)
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
            }

            let before = try await world.find(.configMap("b", in: team))
            TemporaryDirectory.remove(world.stateDirectory)
            try await world.agent(token: nil) {
                try await world.hub.publish([ScriptedHub.Layer(name: "platform", objects: [])])
                let pending = try await world.hub.held(3).pendingDeletions
                #expect(pending?.count == 5)
                let after = try await world.find(.configMap("b", in: team))
                #expect(after?.resourceVersion == before?.resourceVersion)
                try await world.hub.confirm(pending)
                let last = try await world.hub.report { $0.generation == 4 }
                #expect(last.counts["held"] == 0)
                // No controller runs here that would empty the namespace, so it stays on its way out.
                try await world.wait(for: .namespace(team)) { $0?.isTerminating ?? true }
                #expect(try await world.find(.configMap("a", in: team)) == nil)
                #expect(try await world.find(.configMap("precious", in: others)) != nil)
            }
            #expect(await world.hub.enrolments == 1)
        }
    }

    private static func oldIngress(_ namespace: String) -> JSONValue {
        let path: JSONValue = ["path": "/", "backend": ["serviceName": "s", "servicePort": 80]]
        return [
            "apiVersion": "extensions/v1beta1", "kind": "Ingress",
            "metadata": ["name": "i", "namespace": .string(namespace)],
            "spec": ["rules": [["host": "a.example.org", "http": ["paths": [path]]]]],
        ]
    }

    private static func ingress(_ namespace: String) -> JSONValue {
        let path: JSONValue = [
            "path": "/", "pathType": "ImplementationSpecific",
            "backend": ["service": ["name": "s", "port": ["number": 80]]],
        ]
        return [
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": ["name": "i", "namespace": .string(namespace)],
            "spec": ["rules": [["host": "a.example.org", "http": ["paths": [path]]]]],
        ]
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
