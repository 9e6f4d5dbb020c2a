import AgentWorldSupport
import ClusterSimulator
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// Against the simulator and, where there is one, a real API server: field selectors and statuses are the server's.
@Suite struct CauseFinderTests {
    enum Server: String, CaseIterable, CustomTestStringConvertible {
        case simulated
        case real

        var testDescription: String { rawValue }

        static var present: [Server] { TestCluster.hasReal ? allCases : [.simulated] }
    }

    /// A namespace on a server without controllers.
    private struct Place {
        let client: KubernetesClient
        let namespace: String

        func deployment() -> KubernetesObject {
            var object = KubernetesObject(
                GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"),
                namespace: namespace,
                name: "web"
            )
            object.json["spec"] = ["selector": ["matchLabels": ["app": "web"]]]
            return object
        }

        func add(_ json: JSONValue, status: JSONValue? = nil) async throws {
            let object = KubernetesObject(json)
            try await client.create(object, fieldManager: "test")
            guard let status else { return }
            try await client.mergePatch(
                object.type,
                namespace: object.namespace,
                name: object.name,
                patch: ["status": status],
                subresource: "status",
                fieldManager: "test"
            )
        }

        func pod(_ name: String, _ status: JSONValue) async throws {
            try await add(
                [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": [
                        "name": .string(name), "namespace": .string(namespace), "labels": ["app": "web"],
                    ],
                    "spec": Self.podSpec,
                ],
                status: status
            )
        }

        func event(_ name: String, _ kind: String, _ about: String, _ reason: String, at time: String) async throws {
            try await add([
                "apiVersion": "v1", "kind": "Event",
                "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "involvedObject": ["kind": .string(kind), "name": .string(about), "namespace": .string(namespace)],
                "reason": .string(reason), "message": "said \(name)", "type": "Warning",
                "lastTimestamp": .string(time),
            ])
        }

        static let podSpec: JSONValue = [
            "automountServiceAccountToken": false,
            "containers": [["name": "app", "image": "registry.example.org/app:1"]],
        ]
    }

    private func with(_ server: Server, _ body: (Place) async throws -> Void) async throws {
        var configuration = ClusterConfiguration(name: "causes")
        configuration.behaviour = .bare
        let cluster =
            switch server {
            case .simulated: try await TestCluster.simulated(configuration)
            case .real: try #require(try await TestCluster.real())
            }
        let client = try cluster.makeClient()
        // A service account is made by a controller, which a bare server lacks; pods need it on a real one.
        let namespace = try await cluster.makeNamespace("causes")
        let account = GroupVersionKind(version: "v1", kind: "ServiceAccount")
        if try await client.find(account, namespace: namespace, name: "default") == nil {
            try await client.create(
                KubernetesObject(account, namespace: namespace, name: "default"),
                fieldManager: "test"
            )
        }
        try await body(Place(client: client, namespace: namespace))
        await client.shutDown()
    }

    @Test("a workload is explained by the container that fails, not by the pod that waits", arguments: Server.present)
    func container(server: Server) async throws {
        try await with(server) { place in
            try await place.pod("web-1", ["phase": "Pending"])
            try await place.pod(
                "web-2",
                [
                    "phase": "Pending",
                    "containerStatuses": [
                        [
                            "name": "app", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                            "state": ["waiting": ["reason": "ImagePullBackOff", "message": "no such image"]],
                        ]
                    ],
                ]
            )
            let finding = await CauseFinder(client: place.client).cause(of: place.deployment())
            #expect(finding == .cause("pod web-2: container app: ImagePullBackOff: no such image"))
        }
    }

    @Test("a pod that only waits is explained by its newest warning", arguments: Server.present)
    func waiting(server: Server) async throws {
        try await with(server) { place in
            try await place.pod("web-1", ["phase": "Pending"])
            try await place.event("old", "Pod", "web-1", "FailedMount", at: "2024-01-01T00:00:00Z")
            try await place.event("new", "Pod", "web-1", "FailedMount", at: "2024-01-02T00:00:00Z")
            try await place.event("other", "Pod", "web-9", "FailedMount", at: "2024-01-03T00:00:00Z")
            let finding = await CauseFinder(client: place.client).cause(of: place.deployment())
            #expect(finding == .cause("pod web-1: FailedMount: said new"))
        }
    }

    @Test("without pods the replica set says why: an exceeded quota", arguments: Server.present)
    func quota(server: Server) async throws {
        try await with(server) { place in
            try await place.add(
                [
                    "apiVersion": "apps/v1", "kind": "ReplicaSet",
                    "metadata": [
                        "name": "web-abc", "namespace": .string(place.namespace), "labels": ["app": "web"],
                    ],
                    "spec": [
                        "selector": ["matchLabels": ["app": "web"]],
                        "template": ["metadata": ["labels": ["app": "web"]], "spec": Place.podSpec],
                    ],
                ],
                status: [
                    "replicas": 0,
                    "conditions": [
                        [
                            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                            "message": "exceeded quota: team-a",
                        ]
                    ],
                ]
            )
            let finding = await CauseFinder(client: place.client).cause(of: place.deployment())
            #expect(finding == .cause("replica set web-abc: FailedCreate: exceeded quota: team-a"))
        }
    }

    @Test("with nothing made at all the workload's newest warning counts", arguments: Server.present)
    func nothing(server: Server) async throws {
        try await with(server) { place in
            #expect(await CauseFinder(client: place.client).cause(of: place.deployment()) == .nothing)
            try await place.event("no", "Deployment", "web", "FailedCreate", at: "2024-01-01T00:00:00Z")
            let finding = await CauseFinder(client: place.client).cause(of: place.deployment())
            #expect(finding == .cause("FailedCreate: said no"))
        }
    }

    @Test("a claim of a class that waits for the first consumer is as intended", arguments: Server.present)
    func claim(server: Server) async throws {
        try await with(server) { place in
            let name = TestCluster.uniqueName("storage")
            try await place.add([
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": .string(name)],
                "provisioner": "example.org/none", "volumeBindingMode": "WaitForFirstConsumer",
            ])
            var claim = KubernetesObject(
                GroupVersionKind(version: "v1", kind: "PersistentVolumeClaim"),
                namespace: place.namespace,
                name: "data"
            )
            claim.json["spec"] = ["storageClassName": .string(name)]
            claim.json["status"] = ["phase": "Pending"]
            #expect(await CauseFinder(client: place.client).cause(of: claim) == .intended)
            claim.json["spec"] = ["storageClassName": "none"]
            #expect(await CauseFinder(client: place.client).cause(of: claim) == .nothing)
        }
    }

    @Test("selectors are those of the workload's kind, and never everything") func selectors() {
        func object(_ apiVersion: String, _ kind: String, _ spec: JSONValue) -> KubernetesObject {
            KubernetesObject([
                "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": "x"], "spec": spec,
            ])
        }
        func text(_ object: KubernetesObject) -> String? { WorkloadSelector.pods(of: object)?.description }
        let expressions: JSONValue = [
            "matchLabels": ["a": "b"], "matchExpressions": [["key": "c", "operator": "In", "values": ["d", "e"]]],
        ]
        #expect(text(object("apps/v1", "StatefulSet", ["selector": expressions])) == "a=b,c in (d,e)")
        #expect(text(object("apps/v1", "DaemonSet", ["selector": [:]])) == nil)
        #expect(text(object("batch/v1", "Job", [:])) == "job-name=x")
        #expect(text(object("v1", "ReplicationController", ["selector": ["a": "b"]])) == "a=b")
        #expect(text(object("serving.knative.dev/v1", "Service", [:])) == "serving.knative.dev/service=x")
        #expect(text(object("v1", "Service", ["selector": ["a": "b"]])) == nil)
    }
}
