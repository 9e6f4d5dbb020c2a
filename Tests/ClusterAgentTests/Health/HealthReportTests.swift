import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import ClusterSimulator
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// What an agent reports of objects that do not become ready, on a cluster where nothing does by itself.
@Suite struct HealthReportTests {
    private static let deployment: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": [
            "name": "web", "namespace": "team-a", "annotations": ["otomi.io/progress-deadline": "120"],
        ],
        "spec": [
            "replicas": 1, "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": ["containers": [["name": "app", "image": "registry.example.org/app:1"]]],
            ],
        ],
    ]
    private static let job: JSONValue = [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "load", "namespace": "team-a"],
        "spec": [
            "template": [
                "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "registry.example.org/c:1"]]]
            ]
        ],
    ]

    private func bareCluster() async throws -> TestCluster {
        var configuration = ClusterConfiguration(name: "bare")
        configuration.behaviour = .bare
        return try await TestCluster.simulated(configuration)
    }

    private func setStatus(_ client: KubernetesClient, _ object: JSONValue, _ status: JSONValue) async throws {
        let object = KubernetesObject(object)
        try await client.mergePatch(
            object.type,
            namespace: object.namespace,
            name: object.name,
            patch: ["status": status],
            subresource: "status",
            fieldManager: "controller"
        )
    }

    @Test("a workload is reported with the container that fails, then as past its deadline, then as ready")
    func workload() async throws {
        try await AgentWorld.with(try await bareCluster()) { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), Self.deployment])
            ])
            try await world.agent(now: FastTime(100).clock) {
                _ = try await world.hub.report { $0.generation == 1 && $0.state == .progressing }
                let pod: JSONValue = [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": ["name": "web-1", "namespace": "team-a", "labels": ["app": "web"]],
                    "spec": ["containers": [["name": "app", "image": "registry.example.org/app:1"]]],
                ]
                try await world.create(KubernetesObject(pod))
                let waiting: JSONValue = ["reason": "ImagePullBackOff", "message": "no such image"]
                try await setStatus(
                    world.client,
                    pod,
                    ["phase": "Pending", "containerStatuses": [["name": "app", "state": ["waiting": waiting]]]]
                )
                let cause = "pod web-1: container app: ImagePullBackOff: no such image"
                _ = try await world.hub.report { report in
                    report.notReady.contains { $0.name == "web" && $0.message.contains(cause) }
                }
                let late = try await world.hub.report { report in
                    report.state == .degraded && report.notReady.contains { $0.message.contains(cause) }
                }
                #expect(late.notReady.first?.message.hasPrefix("ProgressDeadlineExceeded: ") == true)
                #expect(late.generation == 1)
                try await setStatus(
                    world.client,
                    Self.deployment,
                    [
                        "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
                        "observedGeneration": 1,
                        "conditions": [
                            ["type": "Available", "status": "True"],
                            ["type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"],
                        ],
                    ]
                )
                _ = try await world.hub.inSync(1)
            }
        }
    }

    @Test("a failed job that is not to run again is nobody's concern once it is deleted") func departed() async throws {
        try await AgentWorld.with(try await bareCluster()) { world in
            var job = Self.job
            job["metadata"]?["annotations"] = [Annotation.recreate: "disabled"]
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), job])
            ])
            try await world.agent {
                _ = try await world.hub.report { $0.generation == 1 && $0.state == .progressing }
                let failed: JSONValue = ["type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"]
                try await setStatus(world.client, Self.job, ["failed": 7, "conditions": [failed]])
                _ = try await world.hub.report { $0.state == .degraded }
                let before = await world.hub.reports.count
                let type = GroupVersionKind(group: "batch", version: "v1", kind: "Job")
                try await world.client.delete(type, namespace: "team-a", name: "load")
                let report = try await world.hub.report(after: before) { $0.state == .inSync }
                #expect(report.notReady.isEmpty)
            }
        }
    }

    @Test("a job that runs holds nothing up, and one that failed is named with its reason") func runToCompletion()
        async throws
    {
        try await AgentWorld.with(try await bareCluster()) { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), Self.job, .configMap("a")])
            ])
            try await world.agent {
                _ = try await world.hub.report { $0.generation == 1 && $0.state == .progressing }
                try await setStatus(world.client, Self.job, ["startTime": "2024-01-01T00:00:00Z", "active": 1])
                _ = try await world.hub.inSync(1)
                let failed: JSONValue = [
                    "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often",
                ]
                try await setStatus(world.client, Self.job, ["active": 0, "failed": 7, "conditions": [failed]])
                let report = try await world.hub.report { $0.state == .degraded }
                #expect(report.notReady.map(\.name) == ["load"])
                #expect(report.notReady.first?.message.contains("BackoffLimitExceeded: too often") == true)
            }
        }
    }
}
