import AgentWorldSupport
import AgentProtocol
import AgentTestSupport
import Bundles
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

@Suite struct ClusterAgentTests {
    private static let team: [JSONValue] = [.namespace("team-a"), .configMap("a"), .configMap("b")]

    private func layer(_ name: String = "tenancy/a", _ objects: [JSONValue] = team, wave: Int = 10) -> ScriptedHub.Layer
    {
        ScriptedHub.Layer(name: name, wave: wave, objects: objects)
    }

    @Test("it enrols, applies the first bundle, marks every object and keeps an inventory") func firstBundle()
        async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer()])
            try await world.agent {
                let report = try await world.hub.inSync(1)
                #expect(report.layers.map(\.applied) == [3])
                #expect(report.revision == 1)
                #expect(report.versions.agent == "test")
                let object = try #require(try await world.find(.configMap("a")))
                #expect(object.json["data"]?["value"] == "1")
                #expect(AgentSet.contains(object))
                let inventory = try await world.find(.configMap("otomi-inventory-0", in: "otomi-system"))
                let parent = try #require(inventory.flatMap(ApplySet.init(parent:)))
                #expect(parent.kinds == [GroupKind(kind: "ConfigMap"), GroupKind(kind: "Namespace")])
                #expect(
                    inventory?.json["data"]?["objects"]?.stringValue?.contains("v1 ConfigMap team-a a tenancy/a")
                        == true
                )
            }
            #expect(await world.hub.enrolments == 1)
        }
    }

    @Test("a change of one object writes that object and nothing else") func oneChange() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(), layer("team/b", [.namespace("team-b")])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let requests = RequestLog(of: world.cluster)
                try await world.hub.publish([
                    layer("tenancy/a", [.namespace("team-a"), .configMap("a"), .configMap("b", in: "team-a", "2")]),
                    layer("team/b", [.namespace("team-b")]),
                ])
                _ = try await world.hub.inSync(2)
                let writes = requests.writes.filter { !$0.contains("/otomi-system/") }
                #expect(writes == ["PATCH /api/v1/namespaces/team-a/configmaps/b"])
                #expect(try await world.find(.configMap("b"))?.json["data"]?["value"] == "2")
                #expect(await world.hub.fetchedLayers.count == 3)
            }
        }
    }

    @Test("a restart with everything in place writes nothing and fetches nothing") func restart() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer()])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let before = try await world.revision()
            let fetched = await world.hub.fetchedLayers.count
            let reports = await world.hub.reports.count
            try await world.agent(token: nil) {
                _ = try await world.hub.report { $0.state == .inSync && $0.bootID != "" }
                while await world.hub.reports.count == reports { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(try await world.revision() == before)
            #expect(await world.hub.fetchedLayers.count == fetched)
            #expect(await world.hub.enrolments == 1)
        }
    }

    @Test("a removed layer is pruned, and nothing of anybody else") func removedLayer() async throws {
        try await AgentWorld.with { world in
            try await world.create(KubernetesObject(.namespace("others")))
            try await world.create(KubernetesObject(.configMap("a", in: "others")))
            try await world.hub.publish([
                layer(), layer("team/b", [.namespace("team-b"), .configMap("x", in: "team-b")]),
            ])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer("team/b", [.namespace("team-b"), .configMap("x", in: "team-b")])])
                let pending = try await world.hub.held(2).pendingDeletions
                #expect(pending?.reason == "a namespace")
                #expect(pending?.objects.map(\.kind) == ["Namespace", "ConfigMap", "ConfigMap"])
                #expect(try await world.find(.configMap("a")) != nil)
                try await world.hub.confirm(pending)
                let report = try await world.hub.inSync(3)
                #expect(report.counts["pruned"] == 3)
                #expect(report.counts["held"] == 0)
                try await world.wait(for: .namespace("team-a")) { $0 == nil }
                #expect(try await world.find(.configMap("x", in: "team-b")) != nil)
                #expect(try await world.find(.configMap("a", in: "others")) != nil)
                let inventory = try await world.find(.configMap("otomi-inventory-0", in: "otomi-system"))
                #expect(inventory?.json["data"]?["objects"]?.stringValue?.contains("team-a") == false)
            }
        }
    }

    @Test("a layer that is merely absent is kept and reported") func absentLayer() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(), layer("team/b", [.namespace("team-b")])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publishForgetfully([layer("team/b", [.namespace("team-b")])])
                let report = try await world.hub.report { $0.generation == 2 }
                #expect(report.counts["held"] == 3)
                #expect(report.notReady.map(\.reason) == ["PruneHeld", "PruneHeld", "PruneHeld"])
                #expect(try await world.find(.configMap("a")) != nil)
            }
        }
    }

    @Test("an object that left its layer is deleted, one annotated otomi.io/prune: disabled is kept") func leftLayer()
        async throws
    {
        try await AgentWorld.with { world in
            var kept = JSONValue.configMap("b")
            kept["metadata"]?["annotations"] = ["otomi.io/prune": "disabled"]
            try await world.hub.publish([layer("tenancy/a", [.namespace("team-a"), .configMap("a"), kept])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer("tenancy/a", [.namespace("team-a")])])
                let report = try await world.hub.inSync(2)
                #expect(report.counts["held"] == 1)
                #expect(try await world.find(.configMap("a")) == nil)
                #expect(try await world.find(.configMap("b")) != nil)
            }
        }
    }

    @Test("a namespace with a stranger in it is kept, and goes once the stranger has left") func stranger() async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(), layer("platform", [])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.create(KubernetesObject(.configMap("precious")))
                try await world.hub.publish([layer("platform", [])])
                try await world.hub.confirm(try await world.hub.held(2).pendingDeletions)
                let report = try await world.hub.report { $0.generation == 3 }
                #expect(report.notReady.map(\.name) == ["team-a"])
                #expect(report.notReady.first?.message.contains("ConfigMap/precious") == true)
                #expect(try await world.find(.configMap("precious")) != nil)
                #expect(try await world.find(.configMap("a")) == nil)
                try await world.client.delete(
                    GroupVersionKind(version: "v1", kind: "ConfigMap"),
                    namespace: "team-a",
                    name: "precious"
                )
                try await world.wait(for: .namespace("team-a")) { $0 == nil }
            }
        }
    }

    @Test("what was deleted or changed by hand is restored") func drift() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer()])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
                try await world.client.delete(type, namespace: "team-a", name: "a")
                try await world.wait(for: .configMap("a")) { $0 != nil }
                try await world.client.mergePatch(
                    type,
                    namespace: "team-a",
                    name: "b",
                    patch: ["data": ["value": "mine"]],
                    fieldManager: "somebody"
                )
                try await world.wait(for: .configMap("b")) { $0?.json["data"]?["value"] == "1" }
                let report = try await world.hub.report { $0.counts["drift"] == 2 && $0.state == .inSync }
                #expect(report.drift.count == 2)
            }
        }
    }

    @Test("an agent that is pointed at another cluster touches nothing there and says so") func anotherCluster()
        async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer()])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let other = try await TestCluster.simulated()
            let elsewhere = AgentWorld(
                hub: world.hub,
                cluster: other,
                client: try other.makeClient(),
                stateDirectory: world.stateDirectory
            )
            let before = try await elsewhere.revision()
            try await world.hub.publish([layer("tenancy/a", [.namespace("team-a")])])
            try await elsewhere.agent(token: nil) {
                let report = try await world.hub.report { $0.state == .outOfSync }
                #expect(report.layers.first?.message.contains("another cluster") == true)
            }
            #expect(try await elsewhere.revision() == before)
            await elsewhere.client.shutDown()
        }
    }

    @Test("a restart finds what its cached records do not know, such as its own write of another value")
    func staleRecords() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer()])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let before = try #require(try await world.find(.configMap("a")))
            @Sendable func fields(_ object: KubernetesObject) -> UInt64 {
                OwnedFields.fingerprint(object.metadata["managedFields"], manager: "otomi-agent")
            }
            var live = before
            var value = 9
            // The API server tells two writes of one manager apart by their second.
            while fields(live) == fields(before) {
                value += 1
                var changed = KubernetesObject(.configMap("a", in: "team-a", String(value)))
                changed.labels = before.labels
                live = try await world.client.serverSideApply(changed, fieldManager: "otomi-agent", force: true)
                try await Task.sleep(for: .milliseconds(20))
            }
            try await world.agent(token: nil) {
                try await world.wait(for: .configMap("a")) { $0?.json["data"]?["value"] == "1" }
            }
        }
    }

    @Test("what is meant to run once is not made again when it is gone") func runsOnce() async throws {
        try await AgentWorld.with { world in
            var once = JSONValue.configMap("once")
            try once.set("disabled", at: JSONPointer(["metadata", "annotations", "otomi.io/recreate"]))
            try await world.hub.publish([layer("tenancy/a", Self.team + [once])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
                try await world.client.delete(type, namespace: "team-a", name: "once")
                try await world.client.delete(type, namespace: "team-a", name: "a")
                // The watch shows both in this order: when the second is back, the first was decided on.
                try await world.wait(for: .configMap("a")) { $0 != nil }
                #expect(try await world.find(.configMap("once")) == nil)
            }
        }
    }

    @Test("one refused object does not hold back the others") func refused() async throws {
        try await AgentWorld.with { world in
            let bad: JSONValue = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "Not_Valid", "namespace": "team-a"],
            ]
            try await world.hub.publish([layer("tenancy/a", [.namespace("team-a"), bad, .configMap("a")])])
            try await world.agent {
                let report = try await world.hub.report { $0.generation == 1 }
                #expect(report.state == .outOfSync)
                #expect(report.layers.map(\.failed) == [1])
                #expect(report.notReady.map(\.name) == ["Not_Valid"])
                #expect(try await world.find(.configMap("a")) != nil)
            }
        }
    }

    @Test("a kind that is not served waits, without blocking, until its definition appears") func unservedKind()
        async throws
    {
        try await AgentWorld.with { world in
            let gadget: JSONValue = [
                "apiVersion": "example.org/v1", "kind": "Gadget",
                "metadata": ["name": "g", "namespace": "team-a"], "spec": ["size": 1],
            ]
            try await world.hub.publish([layer("tenancy/a", [.namespace("team-a"), gadget, .configMap("a")])])
            try await world.agent {
                let report = try await world.hub.report { $0.generation == 1 }
                #expect(report.notReady.map(\.reason) == ["NotServed"])
                #expect(try await world.find(.configMap("a")) != nil)
                try await world.create(KubernetesObject(Self.gadgetDefinition))
                _ = try await world.hub.inSync(1)
                let key = ObjectKey(group: "example.org", kind: "Gadget", namespace: "team-a", name: "g")
                #expect(try await world.find(key) != nil)
            }
        }
    }

    @Test("a definition and its objects may come in one bundle") func definitionInBundle() async throws {
        try await AgentWorld.with { world in
            let gadget: JSONValue = [
                "apiVersion": "example.org/v1", "kind": "Gadget", "metadata": ["name": "g", "namespace": "team-a"],
            ]
            try await world.hub.publish([
                layer("tenancy/a", [.namespace("team-a"), gadget]), layer("crds", [Self.gadgetDefinition], wave: 0),
            ])
            try await world.agent {
                let report = try await world.hub.inSync(1)
                #expect(report.counts["applied"] == 3)
            }
        }
    }

    private static let gadgetDefinition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "gadgets.example.org"],
        "spec": [
            "group": "example.org", "scope": "Namespaced",
            "names": ["kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": [
                        "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                    ],
                ]
            ],
        ],
    ]
}
