import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import ClusterSimulator
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// What becomes of single objects, on the simulator and on a real API server alike.
@Suite struct ApplyTests {
    enum Server: String, CaseIterable {
        case simulated, real

        static var available: [Server] { TestCluster.hasReal ? allCases : [.simulated] }
    }

    private struct Bench {
        let cluster: TestCluster
        let api: ClusterAPI
        let namespace: String

        var client: KubernetesClient { api.client }

        func live(_ key: ObjectKey, _ version: String = "v1") async throws -> KubernetesObject {
            let type = GroupVersionKind(group: key.group, version: version, kind: key.kind)
            return try await client.get(type, namespace: key.namespace, name: key.name)
        }

        func applied(_ request: ApplyRequest) async throws -> LiveObject {
            let answer = await api.apply(request)
            guard case .applied(let live) = answer else { throw Refused(answer: answer) }
            return live
        }

        func refused(_ request: ApplyRequest) async throws -> (Obstacle, String) {
            switch await api.apply(request) {
            case .failed(let obstacle, let message), .waiting(let obstacle, let message): return (obstacle, message)
            case let answer: throw Refused(answer: answer)
            }
        }
    }

    private struct Refused: Error { let answer: ApplyAnswer }

    private func on(_ server: Server, _ body: (Bench) async throws -> Void) async throws {
        let cluster =
            switch server {
            case .simulated:
                try await TestCluster.simulated(ClusterConfiguration(behaviour: Behaviour.bare))
            case .real: try #require(try await TestCluster.real())
            }
        let environment = AgentEnvironment(sleep: { try await Task.sleep(for: min($0, .milliseconds(20))) })
        let api = try ClusterAPI(cluster.configuration, environment: environment)
        let namespace = try await cluster.makeNamespace("apply")
        do { try await body(Bench(cluster: cluster, api: api, namespace: namespace)) } catch {
            await api.shutDown()
            throw error
        }
        await api.shutDown()
    }

    private static func deployment(_ namespace: String, replicas: Int64?, image: String = "a:1") -> JSONValue {
        let labels: JSONValue = ["app": "web"]
        let spec: JSONValue = .members([
            "replicas": replicas.map { JSONValue.integer($0) },
            "selector": ["matchLabels": labels] as JSONValue,
            "template": [
                "metadata": ["labels": labels], "spec": ["containers": [["name": "web", "image": .string(image)]]],
            ] as JSONValue,
        ])
        return [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": "web", "namespace": .string(namespace)], "spec": spec,
        ]
    }

    private static func secret(_ namespace: String, type: String, annotations: JSONValue = [:]) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Secret", "type": .string(type),
            "metadata": ["name": "s", "namespace": .string(namespace), "annotations": annotations],
        ]
    }

    private func scale(_ bench: Bench, to replicas: Int64) async throws {
        try await bench.client.mergePatch(
            GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"),
            namespace: bench.namespace,
            name: "web",
            patch: ["spec": ["replicas": .integer(replicas)]],
            fieldManager: "kube-controller-manager"
        )
    }

    private func workload(_ bench: Bench) async throws -> KubernetesObject {
        try await bench.live(
            ObjectKey(group: "apps", kind: "Deployment", namespace: bench.namespace, name: "web")
        )
    }

    // MARK: - Conflicts

    @Test("a conflict is reported with the field and its manager, and nothing is written", arguments: Server.available)
    func conflict(server: Server) async throws {
        try await on(server) { bench in
            let key = ObjectKey.configMap("a", in: bench.namespace)
            let theirs = KubernetesObject(.configMap("a", in: bench.namespace, "theirs"))
            try await bench.client.create(theirs, fieldManager: "somebody")
            let declared = JSONValue.configMap("a", in: bench.namespace, "ours")
            let (obstacle, message) = try await bench.refused(ApplyRequest(declaring: declared))
            #expect(obstacle == .conflict)
            #expect(message.contains(".data.value (owned by somebody)"))
            #expect(message.contains("otomi.io/conflicts: force"))
            #expect(try await bench.live(key).json["data"]?["value"] == "theirs")

            var forced = declared
            forced["metadata"]?["annotations"] = ["otomi.io/conflicts": "force"]
            let live = try await bench.applied(ApplyRequest(declaring: forced))
            #expect(live.takenOver == [.init(manager: "somebody", field: ".data.value")])
            #expect(try await bench.live(key).json["data"]?["value"] == "ours")
        }
    }

    @Test("drift of an object of ours is undone, and says who caused it", arguments: Server.available)
    func restored(server: Server) async throws {
        try await on(server) { bench in
            let declared = JSONValue.configMap("a", in: bench.namespace)
            let first = try await bench.applied(ApplyRequest(declaring: declared))
            #expect(first.takenOver.isEmpty)
            try await bench.client.mergePatch(
                GroupVersionKind(version: "v1", kind: "ConfigMap"),
                namespace: bench.namespace,
                name: "a",
                patch: ["data": ["value": "mine"]],
                fieldManager: "somebody"
            )
            let again = try await bench.applied(ApplyRequest(declaring: declared, applied: first.uid))
            #expect(again.takenOver.map(\.manager) == ["somebody"])
            #expect(try await bench.live(.configMap("a", in: bench.namespace)).json["data"]?["value"] == "1")
        }
    }

    // MARK: - Replicas

    @Test("conflict with an autoscaler: its replicas stay, the rest is applied", arguments: Server.available)
    func autoscaler(server: Server) async throws {
        try await on(server) { bench in
            let first = try await bench.applied(
                ApplyRequest(declaring: Self.deployment(bench.namespace, replicas: 2))
            )
            try await scale(bench, to: 5)
            let changed = Self.deployment(bench.namespace, replicas: 2, image: "a:2")
            let live = try await bench.applied(ApplyRequest(declaring: changed, applied: first.uid))
            #expect(live.takenOver.isEmpty)
            let workload = try await workload(bench)
            #expect(workload.spec?["replicas"] == 5)
            #expect(workload.spec?["template"]?["spec"]?["containers"]?[0]?["image"] == "a:2")
        }
    }

    @Test("replicas that a declared autoscaler sets are never ours", arguments: Server.available)
    func declaredAutoscaler(server: Server) async throws {
        try await on(server) { bench in
            let declared = Self.deployment(bench.namespace, replicas: 3)
            let replicas: Set = [ConflictResolution.replicas]
            let first = try await bench.applied(ApplyRequest(declaring: declared, leaving: replicas))
            var workload = try await workload(bench)
            #expect(workload.spec?["replicas"] == 3)
            let path = try #require(FieldPath(ConflictResolution.replicas, in: workload.json))
            #expect(!FieldOwnership(workload).isOnly(ClusterAPI.fieldManager, at: path))
            try await scale(bench, to: 6)
            _ = try await bench.applied(ApplyRequest(declaring: declared, applied: first.uid, leaving: replicas))
            workload = try await self.workload(bench)
            #expect(workload.spec?["replicas"] == 6)
        }
    }

    @Test("replicas that leave the document keep their live value", arguments: Server.available)
    func droppedReplicas(server: Server) async throws {
        try await on(server) { bench in
            let first = try await bench.applied(
                ApplyRequest(declaring: Self.deployment(bench.namespace, replicas: 4))
            )
            let without = Self.deployment(bench.namespace, replicas: nil, image: "a:2")
            _ = try await bench.applied(ApplyRequest(declaring: without, applied: first.uid))
            #expect(try await workload(bench).spec?["replicas"] == 4)
            // Who declares them again has them.
            let again = Self.deployment(bench.namespace, replicas: 2)
            _ = try await bench.applied(ApplyRequest(declaring: again, applied: first.uid))
            #expect(try await workload(bench).spec?["replicas"] == 2)
        }
    }

    // MARK: - Adoption

    @Test(
        "conflict with kubectl or Helm: the object is adopted once and undeclared leftovers go",
        arguments: Server.available,
        ["2", "1"]
    ) func adoption(server: Server, theirs: String) async throws {
        try await on(server) { bench in
            var object = KubernetesObject(.configMap("a", in: bench.namespace, theirs))
            object.json["data"]?["leftover"] = "x"
            object.annotations = ["kubectl.kubernetes.io/last-applied-configuration": "{}"]
            try await bench.client.create(object, fieldManager: "kubectl-client-side-apply")
            let declared = JSONValue.configMap("a", in: bench.namespace)
            let first = try await bench.applied(ApplyRequest(declaring: declared))
            var live = try await bench.live(.configMap("a", in: bench.namespace))
            #expect(live.json["data"] == ["value": "1"])
            #expect(live.annotations.isEmpty)
            #expect(FieldOwnership(live).entries.map(\.manager) == [ClusterAPI.fieldManager])
            try await bench.client.mergePatch(
                GroupVersionKind(version: "v1", kind: "ConfigMap"),
                namespace: bench.namespace,
                name: "a",
                patch: ["data": ["extra": "y"]],
                fieldManager: "kubectl-client-side-apply"
            )
            _ = try await bench.applied(ApplyRequest(declaring: declared, applied: first.uid))
            live = try await bench.live(.configMap("a", in: bench.namespace))
            #expect(live.json["data"]?["extra"] == "y")
        }
    }

    // MARK: - Immutable fields, size, namespaces

    @Test("an immutable field is named, and the object is made anew only where annotated", arguments: Server.available)
    func immutable(server: Server) async throws {
        try await on(server) { bench in
            let first = try await bench.applied(
                ApplyRequest(declaring: Self.secret(bench.namespace, type: "acme/a"))
            )
            let changed = Self.secret(bench.namespace, type: "acme/b")
            let (obstacle, message) = try await bench.refused(ApplyRequest(declaring: changed, applied: first.uid))
            #expect(obstacle == .immutable)
            #expect(message.contains("type cannot be changed"))
            #expect(message.contains("otomi.io/replace: enabled"))

            let annotated = Self.secret(
                bench.namespace,
                type: "acme/b",
                annotations: ["otomi.io/replace": "enabled"]
            )
            let second = try await bench.applied(ApplyRequest(declaring: annotated, applied: first.uid))
            #expect(second.uid != first.uid)
            let live = try await bench.live(ObjectKey(kind: "Secret", namespace: bench.namespace, name: "s"))
            #expect(live.json["type"] == "acme/b")
        }
    }

    @Test("an object of somebody else is never deleted to be made anew", arguments: Server.available)
    func foreign(server: Server) async throws {
        try await on(server) { bench in
            let theirs = KubernetesObject(Self.secret(bench.namespace, type: "acme/a"))
            let created = try await bench.client.create(theirs, fieldManager: "somebody")
            let annotations: JSONValue = ["otomi.io/replace": "enabled"]
            let declared = Self.secret(bench.namespace, type: "acme/b", annotations: annotations)
            _ = try await bench.refused(ApplyRequest(declaring: declared))
            let live = try await bench.live(ObjectKey(kind: "Secret", namespace: bench.namespace, name: "s"))
            #expect(live.uid == created.uid)
        }
    }

    @Test("an object above the size limit gets its own error that names its size", arguments: Server.available)
    func tooLarge(server: Server) async throws {
        try await on(server) { bench in
            let text = String(repeating: "x", count: 3 << 20)
            let request = ApplyRequest(declaring: .configMap("a", in: bench.namespace, text))
            let (obstacle, message) = try await bench.refused(request)
            #expect(obstacle == .tooLarge)
            #expect(message.contains("has \(request.line.count) bytes"))
        }
    }

    @Test("an object in a terminating namespace waits with its own reason", arguments: Server.available)
    func terminating(server: Server) async throws {
        try await on(server) { bench in
            _ = try await bench.applied(ApplyRequest(declaring: .configMap("first", in: bench.namespace)))
            try await bench.client.delete(GroupVersionKind(version: "v1", kind: "Namespace"), name: bench.namespace)
            let (obstacle, _) = try await bench.refused(
                ApplyRequest(declaring: .configMap("late", in: bench.namespace))
            )
            #expect(obstacle == .namespaceTerminating)
        }
    }

    // MARK: - Overload

    @Test("a storm of 429 slows applying down, and it recovers") func storm() async throws {
        try await on(.simulated) { bench in
            func apply(_ names: Range<Int>) async throws {
                for number in names {
                    _ = try await bench.applied(ApplyRequest(declaring: .configMap("c\(number)", in: bench.namespace)))
                }
            }
            try await apply(0..<8)
            let before = bench.api.pace.concurrency
            #expect(before > 8)
            bench.cluster.faults.add(
                FaultPlan.Rule(.refuse(status: 429, retryAfter: 0), times: 3) { $0.method == "PATCH" }
            )
            try await apply(8..<10)
            let during = bench.api.pace.concurrency
            #expect(during < before / 2)
            // On a busy machine many answers are too slow to speed anything up.
            for round in 0..<20 where bench.api.pace.concurrency <= during {
                try await apply((10 + round * 30)..<(40 + round * 30))
            }
            #expect(bench.api.pace.concurrency > during)
        }
    }

    @Test("a storm of 429 and 5xx leaves no object behind") func stormOfMany() async throws {
        try await AgentWorld.with { world in
            world.cluster.faults.add(FaultPlan.Rule(.refuse(status: 429), times: 30) { $0.method == "PATCH" })
            world.cluster.faults.add(FaultPlan.Rule(.refuse(status: 500), times: 10, every: 3) { $0.method == "PATCH" })
            let objects = (0..<60).map { JSONValue.configMap("c\($0)") }
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")] + objects)
            ])
            try await world.agent {
                let report = try await world.hub.inSync(1)
                #expect(report.counts["applied"] == 61)
            }
        }
    }
}
