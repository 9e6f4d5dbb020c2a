import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import Bundles
import ClusterSimulator
import Concurrency
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

@Suite struct PruneBrakeTests {
    private func keys(_ count: Int) -> [ObjectKey] { (0..<count).map { .configMap("c\($0)") } }

    @Test(
        "too many objects, or too large a share, wait; a few of a small cluster do not",
        arguments: [
            (50, 1_000, nil), (51, 1_000, "more than 50 objects"), (4, 4, nil),
            (5, 24, "more than 20 % of the 24 objects"), (5, 25, nil), (0, 0, nil),
        ] as [(Int, Int, String?)]
    ) func amount(count: Int, size: Int, reason: String?) {
        #expect(PruneBrake.reason(for: keys(count), ofInventory: size) == reason)
    }

    @Test(
        "one object that holds what cannot be made again waits",
        arguments: [
            ("Namespace", "a namespace"), ("CustomResourceDefinition.apiextensions.k8s.io", "a definition of a kind"),
            ("PersistentVolume", "a persistent volume"), ("PersistentVolumeClaim", "a persistent volume claim"),
            ("StatefulSet.apps", "a stateful set"),
        ]
    ) func weight(kind: String, reason: String) throws {
        let key = try #require(ObjectKey("\(kind)/x"))
        #expect(PruneBrake.reason(for: keys(1) + [key], ofInventory: 1_000) == reason)
    }

    @Test("the digest names the set, in whatever order, and the weightiest are shown first") func digest() {
        let all = keys(30) + [.namespace("team-a")]
        #expect(PruneBrake.digest(of: all) == PruneBrake.digest(of: all.reversed()))
        #expect(PruneBrake.digest(of: all) != PruneBrake.digest(of: keys(30)))
        #expect(PruneBrake.digest(of: keys(1)) == Digest(of: Array("ConfigMap/team-a/c0\n".utf8)))
        let held = HeldDeletions(digest: PruneBrake.digest(of: all), generation: 3)
        let pending = PruneBrake.pending(all, held, because: "a namespace")
        #expect(pending.count == 31)
        #expect(pending.objects.count == Report.maximumEntries)
        #expect(pending.objects.first?.kind == "Namespace")
        #expect(HeldDeletions(held.description) == held)
    }

    @Test("only the same set, seen when it was held or later, is confirmed") func confirmation() {
        let digest = Digest(of: [1])
        let held = HeldDeletions(digest: digest, generation: 3)
        #expect(!held.isConfirmed(by: nil))
        #expect(!held.isConfirmed(by: Directives.Confirmation(generation: 2, deletions: digest)))
        #expect(!held.isConfirmed(by: Directives.Confirmation(generation: 3, deletions: Digest(of: [2]))))
        #expect(held.isConfirmed(by: Directives.Confirmation(generation: 3, deletions: digest)))
        #expect(held.isConfirmed(by: Directives.Confirmation(generation: 4, deletions: digest)))
    }
}

/// What an agent deletes, and what not.
@Suite struct PruneTests {
    private func layer(_ names: [String], _ value: String = "1") -> ScriptedHub.Layer {
        ScriptedHub.Layer(
            name: "tenancy/a",
            objects: [.namespace("team-a")] + names.map { .configMap($0, in: "team-a", value) }
        )
    }

    private let ten = (0..<10).map { "c\($0)" }

    @Test("a change that would delete a large share deletes nothing, goes on with the rest, and survives a restart")
    func held() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(ten)])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer(["c0"], "2")])
                let pending = try #require(try await world.hub.held(2).pendingDeletions)
                #expect(pending.count == 9)
                #expect(pending.generation == 2)
                #expect(try await world.find(.configMap("c0"))?.json["data"]?["value"] == "2")
                #expect(try await world.find(.configMap("c9")) != nil)
            }
            try await world.hub.publish([layer(["c0"], "3")])
            try await world.agent(token: nil) {
                let pending = try #require(try await world.hub.held(3).pendingDeletions)
                #expect(pending.generation == 2)
                try await world.hub.confirm(pending, generation: 1)
                #expect(try await world.hub.held(4).pendingDeletions == pending)
                try await world.hub.publish([layer([], "3")])
                let changed = try #require(try await world.hub.held(5).pendingDeletions)
                #expect(changed.generation == 5)
                #expect(changed.count == 10)
                try await world.hub.confirm(changed)
                let report = try await world.hub.inSync(6)
                #expect(report.counts["pruned"] == 10)
                #expect(report.counts["pending"] == 0)
                #expect(try await world.find(.namespace("team-a")) != nil)
            }
        }
    }

    @Test("deletions that were confirmed are reported as waiting until they are made") func underWay() async throws {
        try await AgentWorld.with { world in
            let (asked, released) = (Signal(), Signal())
            try await world.hub.publish([layer(ten)])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer(["c0"])])
                let pending = try #require(try await world.hub.held(2).pendingDeletions)
                holdDeletions(world, asked: asked, released: released)
                try await world.hub.confirm(pending)
                _ = await asked.wait(after: 0)
                // Something to report while the deletions are under way.
                await world.hub.force(timestamp: old)
                let report = try await world.hub.report { $0.trustError != nil }
                released.notify()
                #expect(report.pendingDeletions == pending)
                await world.hub.force(timestamp: nil)
                try await world.hub.publish([layer(["c0"], "2")])
                #expect(try await world.hub.inSync(4).counts["pruned"] == 9)
            }
        }
    }

    @Test("a bundle that wants back what is being deleted stops the deletions that are not made yet") func takenBack()
        async throws
    {
        try await AgentWorld.with { world in
            let many = (0..<100).map { "c\($0)" }
            let (asked, released) = (Signal(), Signal())
            try await world.hub.publish([layer(many)])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let before = try await uids(world)
                try await world.hub.publish([layer(["c0"])])
                let pending = try #require(try await world.hub.held(2).pendingDeletions)
                holdDeletions(world, asked: asked, released: released)
                try await world.hub.confirm(pending)
                _ = await asked.wait(after: 0)
                // Of another drift mode the agent tells at once, and with it that it has taken the bundle up.
                try await world.hub.publish([layer(many)], directives: Directives(drift: .report))
                _ = try await world.hub.report { $0.generation == 2 && $0.layers.map(\.objects) == [101] }
                released.notify()
                _ = try await world.hub.inSync(4)
                #expect(asked.version < 99)
                let after = try await uids(world)
                #expect(after.count == before.count)
                // Besides the one that was never to be deleted.
                #expect(after.intersection(before).count > 1)
            }
        }
    }

    /// Holds every deletion until `released`, and tells of each by `asked`.
    private func holdDeletions(_ world: AgentWorld, asked: Signal, released: Signal) {
        world.cluster.faults.add(
            FaultPlan.Rule(.wait(for: released)) {
                guard $0.method == "DELETE" else { return false }
                asked.notify()
                return true
            }
        )
    }

    private func uids(_ world: AgentWorld) async throws -> Set<String> {
        let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
        let page = try await world.client.list(type, namespace: "team-a")
        return Set(page.objects.filter { $0.name.hasPrefix("c") }.compactMap(\.uid))
    }

    @Test("a refused deletion stays in the inventory, is reported, and is tried again") func refused() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(["a", "b"])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                world.cluster.faults.add(
                    FaultPlan.Rule(.refuse(status: 403), times: 6) {
                        $0.method == "DELETE" && $0.path.hasSuffix("/configmaps/b")
                    }
                )
                try await world.hub.publish([layer(["a"])])
                let report = try await world.hub.report { $0.counts["held"] == 1 }
                #expect(report.notReady.map(\.reason) == ["PruneFailed"])
                try await world.wait(for: .configMap("b")) { $0 == nil }
                _ = try await world.hub.report { $0.generation == 2 && $0.counts["held"] == 0 }
            }
        }
    }

    @Test("another object of the same name, and one that lost our label, are kept when theirs leaves the bundle")
    func foreign() async throws {
        try await AgentWorld.with { world in
            let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
            // What is changed while no agent runs is not restored by the next one before it hears of the new bundle.
            try await world.hub.publish([layer(ten)], directives: Directives(drift: .off))
            try await world.agent { _ = try await world.hub.inSync(1) }
            let label = try #require(try await world.find(.configMap("c1"))).labels
            try await world.client.delete(type, namespace: "team-a", name: "c1")
            var twin = KubernetesObject(.configMap("c1"))
            twin.labels = label
            try await world.create(twin)
            try await world.patch(.configMap("c2"), ["metadata": ["labels": .null]])
            try await world.hub.publish([layer(Array(ten.dropFirst(3)))])
            try await world.agent(token: nil) {
                let report = try await world.hub.report { $0.generation == 2 && $0.counts["held"] == 2 }
                #expect(Set(report.notReady.map(\.name)) == ["c1", "c2"])
                #expect(report.notReady.allSatisfy { $0.reason == "PruneHeld" })
                #expect(try await world.find(.configMap("c0")) == nil)
                for name in ["c1", "c2"] { #expect(try await world.find(.configMap(name)) != nil) }
            }
        }
    }

    @Test("a definition that strangers have objects of is kept after it was confirmed") func definition() async throws {
        try await AgentWorld.with { world in
            let platform = ScriptedHub.Layer(name: "platform", objects: [.namespace("team-a")])
            let crds = ScriptedHub.Layer(name: "crds", wave: 0, objects: [Self.gadgets])
            try await world.hub.publish([platform, crds])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.create(
                    KubernetesObject([
                        "apiVersion": "example.com/v1", "kind": "Gadget",
                        "metadata": ["name": "theirs", "namespace": "team-a"],
                    ])
                )
                try await world.hub.publish([platform])
                try await world.hub.confirm(try await world.hub.held(2).pendingDeletions)
                let report = try await world.hub.report { $0.generation == 3 && $0.counts["held"] == 1 }
                #expect(report.notReady.first?.message.contains("Gadget/theirs") == true)
                let key = ObjectKey(
                    group: "apiextensions.k8s.io",
                    kind: "CustomResourceDefinition",
                    namespace: nil,
                    name: "gadgets.example.com"
                )
                #expect(try await world.find(key)?.isTerminating == false)
            }
        }
    }

    private static let gadgets: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "gadgets.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": ["kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": ["openAPIV3Schema": ["type": "object"]],
                ]
            ],
        ],
    ]

    @Test("an object that was deleted and restored is pruned later, under its new UID") func restored() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(["a", "b"])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.client.delete(
                    GroupVersionKind(version: "v1", kind: "ConfigMap"),
                    namespace: "team-a",
                    name: "b"
                )
                try await world.wait(for: .configMap("b")) { $0 != nil }
            }
            TemporaryDirectory.remove(world.stateDirectory)
            try await world.hub.publish([layer(["a"])])
            try await world.agent(token: nil) {
                let report = try await world.hub.inSync(2)
                #expect(report.counts["held"] == 0)
                #expect(try await world.find(.configMap("b")) == nil)
            }
        }
    }
}
