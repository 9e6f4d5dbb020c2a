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

/// What is done about drift, by the word of the hub, the cluster's people and each object.
@Suite struct DriftModeTests {
    private let team = TestCluster.uniqueName("team")

    private func layer(_ value: String = "1", _ more: [JSONValue] = []) -> [ScriptedHub.Layer] {
        let objects: [JSONValue] = [.namespace(team), .configMap("a", in: team), .configMap("b", in: team, value)]
        return [ScriptedHub.Layer(name: "tenancy/a", objects: objects + more)]
    }

    private func object(_ name: String, drift mode: String) throws -> JSONValue {
        var object = JSONValue.configMap(name, in: team)
        object["metadata"]?["annotations"] = ["otomi.io/drift": .string(mode)]
        return object
    }

    @Test(
        "drift is only reported where the hub says so, with who took what, and undone when the mode changes",
        arguments: AgentWorld.Server.available
    ) func report(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer(), directives: Directives(drift: .report))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.edit(b, "mine")
                let drifted = try await world.hub.report {
                    $0.counts["drifted"] == 1 && $0.drift.first?.message.contains("has") == true
                }
                #expect(drifted.drift.map(\.reason) == ["Drifted"])
                #expect(drifted.drift.map(\.name) == ["b"])
                #expect(drifted.drift.first?.message.contains("somebody has .data.value") == true)
                #expect(try await world.find(b)?.json["data"]?["value"] == "mine")

                try await world.hub.publish(layer())
                try await world.wait(for: b, value: "1")
                let enforced = try await world.hub.report { $0.generation == 2 && $0.counts["drifted"] == 0 }
                #expect(enforced.counts["drift"] == 1)
            }
        }
    }

    @Test(
        "an object that somebody brings back to our values leaves the list, and is watched on",
        arguments: AgentWorld.Server.available
    ) func back(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer(), directives: Directives(drift: .report))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.edit(b, "mine")
                _ = try await world.hub.report {
                    $0.counts["drifted"] == 1 && $0.drift.first?.message.contains("has") == true
                }
                let before = await world.hub.reports.count
                try await world.edit(b, "1")
                _ = try await world.hub.report(after: before) { $0.counts["drifted"] == 0 }
                let after = await world.hub.reports.count
                try await world.edit(b, "yours")
                let again = try await world.hub.report(after: after) { $0.counts["drifted"] == 1 }
                #expect(again.counts["drift"] == 0)
            }
        }
    }

    @Test("an object that could not be looked at is looked at again, and leaves the list when it is as it should be")
    func anotherLook() async throws {
        try await AgentWorld.with { world in
            let b = ObjectKey.configMap("b", in: team)
            let looks = Signal()
            try await world.hub.publish(layer(), directives: Directives(drift: .report))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.edit(b, "mine")
                _ = try await world.hub.report {
                    $0.counts["drifted"] == 1 && $0.drift.first?.message.contains("has") == true
                }
                let before = await world.hub.reports.count
                world.cluster.faults.add(
                    FaultPlan.Rule(.refuse(status: 429), times: 1) {
                        guard $0.method == "PATCH", $0.parameter("dryRun") != nil else { return false }
                        looks.notify()
                        return true
                    }
                )
                // The value is ours again, and the field somebody else's: only a look tells that nothing differs.
                try await world.edit(b, "1")
                _ = try await world.hub.report(after: before) { $0.counts["drifted"] == 0 }
                #expect(looks.version >= 2)
            }
        }
    }

    @Test("what is only reported is written when the bundle changes it, and not by a restart") func bundleChange()
        async throws
    {
        try await AgentWorld.with { world in
            let a = ObjectKey.configMap("a", in: team)
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer(), directives: Directives(drift: .report))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.edit(b, "mine")
                try await world.delete(a)
                _ = try await world.hub.report { $0.counts["drifted"] == 2 }
            }
            let before = try await world.revision()
            let reports = await world.hub.reports.count
            try await world.agent(token: nil) {
                _ = try await world.hub.report(after: reports) { $0.counts["drifted"] == 2 }
                #expect(try await world.revision() == before)
                try await world.hub.publish(layer("2"), directives: Directives(drift: .report))
                try await world.wait(for: b, value: "2")
                let report = try await world.hub.report { $0.generation == 2 && $0.counts["drifted"] == 1 }
                #expect(report.drift.map(\.name) == ["a"])
                #expect(try await world.find(a) == nil)
            }
        }
    }

    @Test("the word of the cluster's people counts before the hub's") func clusterAnnotation() async throws {
        try await AgentWorld.with { world in
            let b = ObjectKey.configMap("b", in: team)
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.annotate(Annotation.drift, "report")
                // The watch of the annotation and that of the object are two: the hold shows that the first was seen.
                try await world.annotate(Annotation.hold, "look")
                _ = try await world.hub.report { $0.hold != nil }
                try await world.edit(b, "mine")
                try await world.annotate(Annotation.hold, nil)
                _ = try await world.hub.report { $0.hold == nil && $0.counts["drifted"] == 1 }
                #expect(try await world.find(b)?.json["data"]?["value"] == "mine")
                try await world.annotate(Annotation.drift, nil)
                try await world.wait(for: b, value: "1")
            }
        }
    }

    @Test("an object's own annotation counts before the cluster's mode") func objectAnnotation() async throws {
        try await AgentWorld.with { world in
            let own = [try object("reported", drift: "report"), try object("ignored", drift: "off")]
            try await world.hub.publish(layer("1", own))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                for name in ["ignored", "reported", "b"] { try await world.edit(.configMap(name, in: team), "mine") }
                try await world.wait(for: .configMap("b", in: team), value: "1")
                let report = try await world.hub.report { $0.counts["drifted"] == 1 && $0.counts["drift"] == 1 }
                #expect(report.drift.map(\.name) == ["reported", "b"])
                #expect(report.drift.map(\.reason) == ["Drifted", "Restored"])
                for name in ["ignored", "reported"] {
                    #expect(try await world.find(.configMap(name, in: team))?.json["data"]?["value"] == "mine")
                }
            }
        }
    }

    @Test("with the mode off nothing is reported, an object that says enforce is restored, and all are once it is on")
    func off() async throws {
        try await AgentWorld.with { world in
            let a = ObjectKey.configMap("a", in: team)
            let own = ObjectKey.configMap("own", in: team)
            let objects = layer("1", [try object("own", drift: "enforce")])
            try await world.hub.publish(objects, directives: Directives(drift: .off))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.delete(a)
                try await world.edit(own, "mine")
                try await world.wait(for: own, value: "1")
                let report = try await world.hub.report { $0.counts["drift"] == 1 }
                #expect(report.counts["drifted"] == 0)
                #expect(try await world.find(a) == nil)
                try await world.hub.publish(objects)
                try await world.wait(for: a) { $0 != nil }
            }
        }
    }
}
