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

@Suite struct HoldTests {
    private let team = TestCluster.uniqueName("team")
    private let settings = ObjectKey.configMap(AgentSet.settingsName, in: AgentSet.namespace)

    private func layer(_ value: String = "1", _ more: [JSONValue] = []) -> [ScriptedHub.Layer] {
        let objects: [JSONValue] = [.namespace(team), .configMap("a", in: team), .configMap("b", in: team, value)]
        return [ScriptedHub.Layer(name: "tenancy/a", objects: objects + more)]
    }

    @Test("the hub's hold is told first, the cluster's when that is lifted, none when both are") func both() {
        #expect(Hold(hub: "h", cluster: "c")?.report == HoldReport(origin: .hub, reason: "h"))
        #expect(Hold(hub: nil, cluster: "c")?.report == HoldReport(origin: .cluster, reason: "c"))
        #expect(Hold(hub: nil, cluster: nil) == nil)
    }

    @Test("annotations are read with sense: an empty reason holds, an unknown mode is none") func annotations() {
        func settings(_ annotations: [String: String]) -> ClusterSettings {
            var object = KubernetesObject(.configMap("otomi-agent"))
            object.annotations = annotations
            return ClusterSettings(object)
        }
        #expect(settings([:]) == .none)
        #expect(settings(["otomi.io/hold": "", "otomi.io/drift": "sometimes"]).hold == "no reason is given")
        #expect(settings(["otomi.io/drift": "sometimes"]).drift == nil)
        #expect(settings(["otomi.io/drift": "off"]).drift == .off)
        #expect(settings(["otomi.io/hold": String(repeating: "x", count: 9_999)]).hold?.utf8.count == 1_024)
    }

    @Test(
        "an annotation by kubectl pauses applying, pruning and drift correction; what came meanwhile is done when it goes",
        .enabled(if: Kubectl.isInstalled, "kubectl is not installed"),
        arguments: AgentWorld.Server.available
    ) func kubectl(server: AgentWorld.Server) async throws {
        try await AgentWorld.with(server) { world in
            let kubectl = try Kubectl(world.cluster)
            let (a, b) = (ObjectKey.configMap("a", in: team), ObjectKey.configMap("b", in: team))
            try await world.hub.publish(layer("1", [.configMap("old", in: team)]))
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let made = try #require(try await world.find(settings))
                #expect(made.annotations.isEmpty)
                #expect(made.labels["app.kubernetes.io/managed-by"] == "otomi")
                try await kubectl.annotate("\(Annotation.hold)=we are migrating")
                let held = try await world.hub.report { $0.state == .held }
                #expect(held.hold == HoldReport(origin: .cluster, reason: "we are migrating"))

                try await world.delete(a)
                try await world.edit(b, "mine")
                try await world.hub.publish(layer("2", [.configMap("new", in: team)]))
                let report = try await world.hub.report { $0.state == .held && $0.counts["drifted"] == 1 }
                #expect(report.generation == 1)
                #expect(try await world.find(a) == nil)
                #expect(try await world.find(b)?.json["data"]?["value"] == "mine")
                #expect(try await world.find(.configMap("new", in: team)) == nil)
                #expect(try await world.find(.configMap("old", in: team)) != nil)

                let start = ContinuousClock.now
                try await kubectl.annotate("\(Annotation.hold)-")
                let last = try await world.hub.inSync(2)
                #expect(start.duration(to: .now) < .seconds(5))
                #expect(last.hold == nil)
                #expect(try await world.find(a) != nil)
                #expect(try await world.find(b)?.json["data"]?["value"] == "2")
                #expect(try await world.find(.configMap("old", in: team)) == nil)
            }
        }
    }

    @Test("an agent that starts on a held cluster changes nothing there, and keeps the annotations that it finds")
    func startHeld() async throws {
        try await AgentWorld.with { world in
            try await world.create(KubernetesObject(.namespace(AgentSet.namespace)))
            var mine = KubernetesObject(.configMap(AgentSet.settingsName, in: AgentSet.namespace))
            mine.annotations = [Annotation.hold: "not yet", "note": "ours"]
            try await world.create(mine)
            try await world.hub.publish(layer())
            try await world.agent {
                let report = try await world.hub.report { $0.state == .held }
                #expect(report.hold?.reason == "not yet")
                #expect(try await world.find(.namespace(team)) == nil)
                try await world.annotate(Annotation.hold, nil)
                _ = try await world.hub.inSync(1)
                #expect(try await world.find(settings)?.annotations == ["note": "ours"])
            }
        }
    }

    @Test("a hold of which the watch tells while the ConfigMap is first read stands") func toldMeanwhile()
        async throws
    {
        try await AgentWorld.with { world in
            let (asked, released) = (Signal(), Signal())
            world.cluster.faults.add(
                FaultPlan.Rule(.wait(for: released)) { request in
                    guard request.path.hasSuffix("/configmaps/\(AgentSet.settingsName)") else { return false }
                    asked.notify()
                    return true
                }
            )
            try await world.bench { bench in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await bench.reconciler.openSettings() }
                    _ = await asked.wait(after: 0)
                    await bench.reconciler.take(settings: ClusterSettings(hold: "we are migrating"))
                    released.notify()
                    try await group.waitForAll()
                }
                let versions = Versions(agent: "test", kubernetes: "")
                let report = await bench.reconciler.report(bootID: "boot", versions: versions)
                #expect(report.hold == HoldReport(origin: .cluster, reason: "we are migrating"))
            }
        }
    }

    @Test("the hub holds as well, and both holds must be lifted") func hub() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish(layer("2"), directives: Directives(hold: "freeze"))
                let first = try await world.hub.report { $0.state == .held }
                #expect(first.hold == HoldReport(origin: .hub, reason: "freeze"))
                try await world.annotate(Annotation.hold, "migration")
                try await world.hub.publish(layer("3"))
                let second = try await world.hub.report { $0.hold?.origin == .cluster }
                #expect(second.state == .held)
                #expect(try await world.find(.configMap("b", in: team))?.json["data"]?["value"] == "1")
                try await world.annotate(Annotation.hold, nil)
                _ = try await world.hub.inSync(3)
                #expect(try await world.find(.configMap("b", in: team))?.json["data"]?["value"] == "3")
            }
        }
    }

    @Test("a pass that is under way stops at the next object") func underWay() async throws {
        try await AgentWorld.with { world in
            let names = (0..<200).map { "c\($0)" }
            try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace(team)])])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                world.cluster.faults.add(
                    FaultPlan.Rule(.delay(.milliseconds(100))) { [team] request in
                        request.method == "PATCH" && request.path.contains("/\(team)/configmaps/c")
                    }
                )
                let many = [JSONValue.namespace(team)] + names.map { .configMap($0, in: team) }
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: many)])
                try await world.wait { world in try await count(world) > 0 }
                try await world.annotate(Annotation.hold, "stop")
                _ = try await world.hub.report { $0.state == .held }
                #expect(try await count(world) < 200)
                world.cluster.faults.clear()
                try await world.annotate(Annotation.hold, nil)
                _ = try await world.hub.inSync(2)
                #expect(try await count(world) == 200)
            }
        }
    }

    private func count(_ world: AgentWorld) async throws -> Int {
        let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
        return try await world.client.list(type, namespace: team).objects.count { $0.name.hasPrefix("c") }
    }

    @Test("without its ConfigMap the hold is gone, and the ConfigMap is made again") func deleted() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish(layer())
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.annotate(Annotation.hold, "stop")
                _ = try await world.hub.report { $0.state == .held }
                try await world.hub.publish(layer("2"))
                try await world.delete(settings)
                _ = try await world.hub.inSync(2)
                try await world.wait(for: settings) { $0?.annotations.isEmpty ?? false }
            }
        }
    }
}

extension Kubectl {
    /// Annotates the agent's ConfigMap, in the words of people.
    fileprivate func annotate(_ annotation: String) async throws {
        let arguments = ["annotate", "configmap", AgentSet.settingsName, "--namespace", AgentSet.namespace, annotation]
        let answer = try await run(arguments)
        #expect(answer.status == 0, "\(answer.text)")
    }
}
