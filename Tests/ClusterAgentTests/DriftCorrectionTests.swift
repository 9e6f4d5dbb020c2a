import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import ClusterSimulator
import Concurrency
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

/// Every way in which people and disasters change what is on a cluster.
@Suite struct DriftCorrectionTests {
    private let team = TestCluster.uniqueName("team")

    private func layer(_ value: String = "1") -> [ScriptedHub.Layer] {
        let objects: [JSONValue] = [.namespace(team), .configMap("a", in: team), .configMap("b", in: team, value)]
        return [ScriptedHub.Layer(name: "tenancy/a", objects: objects)]
    }

    @Test(
        "labels removed, ownership cleared, values removed: each is undone",
        arguments: AgentWorld.Server.available
    ) func changed(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let a = ObjectKey.configMap("a", in: team)
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                // Now the watch by label sees it go, although it is there.
                try await world.patch(
                    a,
                    ["metadata": ["labels": [ApplySet.memberLabel: .null]], "data": ["value": "mine"]]
                )
                try await world.wait(for: a) { $0.map(AgentSet.contains) ?? false && $0?.json["data"]?["value"] == "1" }
                try await world.patch(b, ["metadata": ["managedFields": [[:]]], "data": ["value": "mine"]])
                try await world.wait(for: b, value: "1")
                try await world.wait(for: b) { object in
                    OwnedFields.fingerprint(object?.metadata["managedFields"], manager: ClusterAPI.fieldManager) != 0
                }
                try await world.patch(b, ["data": .null])
                try await world.wait(for: b, value: "1")
            }
        }
    }

    @Test(
        "an object that was made again by hand, under another UID and without our label, becomes ours again",
        arguments: AgentWorld.Server.available
    ) func replaced(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let a = ObjectKey.configMap("a", in: team)
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                // Held, so that the agent is not the faster one.
                try await world.annotate(Annotation.hold, "hands off")
                _ = try await world.hub.report { $0.state == .held }
                try await world.delete(a)
                try await world.create(KubernetesObject(.configMap("a", in: team, "mine")))
                let uid = try await world.find(a)?.uid
                try await world.annotate(Annotation.hold, nil)
                try await world.wait(for: a, value: "1")
                let object = try #require(try await world.find(a))
                #expect(object.uid == uid)
                #expect(AgentSet.contains(object))
                try await world.edit(a, "mine")
                try await world.wait(for: a, value: "1")
            }
        }
    }

    @Test(
        "a namespace that was deleted by hand comes back with everything in it",
        arguments: AgentWorld.Server.available
    ) func namespace(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let before = try await world.find(.namespace(team))?.uid
                try await world.delete(.namespace(team))
                if server == .real { try await emptyNamespace(world) }
                try await world.wait(for: .configMap("a", in: team)) { $0 != nil }
                try await world.wait(for: .configMap("b", in: team)) { $0 != nil }
                #expect(try await world.find(.namespace(team))?.uid != before)
            }
        }
    }

    /// Does what the namespace controller does, which does not run beside the real API server of tests.
    private func emptyNamespace(_ world: AgentWorld) async throws {
        let path = "/api/v1/namespaces/\(team)"
        for name in ["a", "b"] { _ = try await world.cluster.send("DELETE", "\(path)/configmaps/\(name)") }
        let namespace: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(team)], "spec": ["finalizers": []],
        ]
        #expect(try await world.cluster.send("PUT", "\(path)/finalize", namespace).status == 200)
    }

    @Test("drift that happens while every watch is cut is found when they are back") func cutWatches() async throws {
        try await AgentWorld.with { world in
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                for round in 0..<3 {
                    world.cluster.faults.add(FaultPlan.Rule(.drop, where: { $0.flag("watch") }))
                    world.cluster.simulator?.endAllWatches()
                    try await world.edit(b, "mine \(round)")
                    if round == 1 { world.cluster.simulator?.compact() }
                    world.cluster.faults.clear()
                    try await world.wait(for: b, value: "1")
                }
            }
        }
    }

    @Test("a server that comes back restored from a backup, or empty, at the same address gets what it lacks")
    func restoredServer() async throws {
        try await AgentWorld.with { world in
            let simulator = try #require(world.cluster.simulator)
            let b = ObjectKey.configMap("b", in: team)
            let empty = simulator.backup()
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let backup = simulator.backup()
                try await world.hub.publish(layer("2"))
                _ = try await world.hub.inSync(2)
                for state in [backup, empty] {
                    simulator.restore(state)
                    try await world.wait(for: b, value: "2")
                    try await world.wait(for: .configMap("a", in: team)) { $0 != nil }
                }
            }
        }
    }

    @Test("a storm of a thousand changed objects is undone, and a new bundle does not wait for its end") func storm()
        async throws
    {
        try await AgentWorld.with { world in
            let simulator = try #require(world.cluster.simulator)
            let names = (0..<1_000).map { "c\($0)" }
            let many = ScriptedHub.Layer(
                name: "tenancy/a",
                objects: [.namespace(team)] + names.map { .configMap($0, in: team) }
            )
            try await world.hub.publish([many])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                // Held until all of it has come.
                try await world.annotate(Annotation.hold, "storm")
                _ = try await world.hub.report { $0.state == .held }
                for name in names {
                    var object = JSONValue.configMap(name, in: team, "mine")
                    object["metadata"]?["labels"] = [ApplySet.memberLabel: .string(AgentSet.id)]
                    try simulator.install(object)
                }
                let next = ScriptedHub.Layer(name: "team/b", objects: [.configMap("new", in: team)])
                _ = try await world.hub.report { $0.counts["drifted"] == 1_000 }
                try await world.hub.publish([many, next])
                try await world.annotate(Annotation.hold, nil)
                let report = try await world.hub.report { $0.generation == 2 }
                #expect((report.counts["drift"] ?? 0) < 1_000)
                let last = try await world.hub.report { $0.counts["drift"] ?? 0 >= 1_000 && $0.state == .inSync }
                #expect(last.counts["drifted"] == 0)
                let page = try await world.client.list(
                    GroupVersionKind(version: "v1", kind: "ConfigMap"),
                    namespace: team
                )
                #expect(page.objects.count { $0.json["data"]?["value"] == "1" } >= 1_001)
            }
        }
    }

    @Test("a kind of which nothing is left is no longer watched") func oneWatchPerKind() async throws {
        try await AgentWorld.with { world in
            let account: JSONValue = [
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "s", "namespace": .string(team)],
            ]
            let watched = Watched()
            world.cluster.faults.add(
                FaultPlan.Rule(.delay(.zero)) { request in
                    if request.flag("watch"), request.path.hasSuffix("/serviceaccounts") { watched.opened.notify() }
                    return false
                }
            )
            try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team), account])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                _ = await watched.opened.wait(after: 0)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team)])])
                _ = try await world.hub.inSync(2)
                let opened = watched.opened.version
                world.cluster.simulator?.endAllWatches()
                try await world.delete(.namespace(team))
                try await world.wait(for: .namespace(team)) { $0 != nil && $0?.isTerminating == false }
                #expect(watched.opened.version == opened)
                #expect(opened == 1)
            }
        }
    }

    private final class Watched: Sendable {
        let opened = Signal()
    }
}
