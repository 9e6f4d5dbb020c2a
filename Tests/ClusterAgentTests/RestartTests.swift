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

/// What an agent knows when it comes back, with and without its state directory.
@Suite struct RestartTests {
    private func layer(_ count: Int) -> ScriptedHub.Layer {
        ScriptedHub.Layer(
            name: "tenancy/a",
            objects: [.namespace("team-a")] + (0..<count).map { .configMap("c\($0)") }
        )
    }

    /// Waits until an agent that was just started has said that everything is in place.
    private func settle(_ world: AgentWorld, _ generation: Int64, after count: Int) async throws {
        try await withDeadline(.seconds(60)) {
            while await !world.hub.reports.dropFirst(count).contains(where: {
                $0.generation == generation && $0.state == .inSync
            }) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test("a restart with 5,000 objects in place writes nothing and reads none of them, with or without its state")
    func fiveThousand() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(5_000)])
            try await world.agent { try await settle(world, 1, after: 0) }
            let identity = try await StateDirectory(path: world.stateDirectory).identity()
            for isLost in [false, true] {
                if isLost { TemporaryDirectory.remove(world.stateDirectory) }
                let reports = await world.hub.reports.count
                let requests = RequestLog(of: world.cluster)
                try await world.agent(token: nil) {
                    try await settle(world, 1, after: reports)
                    // The first list of the metadata watch is what proves that nothing drifted.
                    try await withDeadline(.seconds(20)) {
                        while requests.reads.count(where: { $0.hasSuffix("/v1/configmaps") }) < 10 {
                            try await Task.sleep(for: .milliseconds(10))
                        }
                    }
                }
                #expect(requests.writes.isEmpty)
                #expect(requests.reads.count < 60)
            }
            #expect(await world.hub.enrolments == 1)
            let restored = try await StateDirectory(path: world.stateDirectory).identity()
            #expect(restored?.signingKey.keyID == identity?.signingKey.keyID)
            #expect(restored?.enrolment == identity?.enrolment)
        }
    }

    @Test("with its state lost it refuses a rollback, as the copy on the cluster knows what was trusted")
    func rollback() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(2)])
            let old = await world.hub.servedTimestamp
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer(1)])
                _ = try await world.hub.inSync(2)
            }
            TemporaryDirectory.remove(world.stateDirectory)
            await world.hub.force(timestamp: old)
            try await world.agent(token: nil) {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "rollback")
                #expect(try await world.find(.configMap("c1")) == nil)
            }
        }
    }

    @Test("an older or torn trust file gives way to the newer copy on the cluster") func tornTrust() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(2)])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let old = await world.hub.servedTimestamp
            // Read beside the directory's own reader, which holds its lock.
            let trust = "\(world.stateDirectory)/trust"
            let older = try StateDirectory.contents(of: trust).flatMap { StateFile.decode($0) }
            try await world.agent(token: nil) {
                try await world.hub.publish([layer(1)])
                _ = try await world.hub.inSync(2)
            }
            let newer = try StateDirectory.contents(of: trust).flatMap { StateFile.decode($0) }
            for isTorn in [false, true] {
                let file = "\(world.stateDirectory)/trust"
                let bytes = StateFile.encode(try #require(older))
                try TemporaryDirectory.write(file, isTorn ? [0] : bytes)
                try TemporaryDirectory.write("\(file).previous", isTorn ? [0] : bytes)
                await world.hub.force(timestamp: old)
                try await world.agent(token: nil) {
                    let report = try await world.hub.report { $0.trustError != nil }
                    #expect(report.trustError?.code == "rollback")
                }
                #expect(try await StateDirectory(path: world.stateDirectory).read("trust") == newer)
            }
        }
    }

    @Test("the copy of another cluster is not used") func otherCluster() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(1)])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let key = ObjectKey(kind: "Secret", namespace: "otomi-system", name: "otomi-agent-state")
            let copy = try #require(try await world.find(key))
            let other = try await TestCluster.simulated()
            let client = try other.makeClient()
            _ = try await client.create(KubernetesObject(.namespace("otomi-system")), fieldManager: "somebody")
            var moved = KubernetesObject(copy.type, namespace: key.namespace, name: key.name)
            moved.json["data"] = copy.json["data"]
            _ = try await client.create(moved, fieldManager: "somebody")
            await client.shutDown()
            let elsewhere = try AgentWorld(
                hub: world.hub,
                cluster: other,
                client: other.makeClient(),
                stateDirectory: "\(world.stateDirectory)/elsewhere"
            )
            let error = await #expect(throws: AgentError.self) { try await elsewhere.agent(token: nil) {} }
            #expect(error?.description.contains("not enrolled") == true)
            await elsewhere.client.shutDown()
        }
    }

    @Test("what others wrote beside our fields while it was away is left, what they took is restored, and nothing else")
    func writtenMeanwhile() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(3)])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
            for (name, patch) in [("c0", ["data": ["other": "x"]]), ("c1", ["data": ["value": "mine"]])]
                as [(String, JSONValue)]
            {
                try await world.client.mergePatch(
                    type,
                    namespace: "team-a",
                    name: name,
                    patch: patch,
                    fieldManager: "somebody"
                )
            }
            TemporaryDirectory.remove(world.stateDirectory)
            let requests = RequestLog(of: world.cluster)
            try await world.agent(token: nil) {
                try await world.wait(for: .configMap("c1")) { $0?.json["data"]?["value"] == "1" }
            }
            // Twice: the first apply does not force, and is told who took the field.
            #expect(
                Set(requests.writes.filter { !$0.contains("/otomi-system/") }) == [
                    "PATCH /api/v1/namespaces/team-a/configmaps/c1"
                ]
            )
        }
    }

    @Test("an agent of a cluster that was installed anew enrols with its token, whoever was known there before")
    func installedAnew() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(2)])
            try await world.agent { _ = try await world.hub.inSync(1) }
            TemporaryDirectory.remove(world.stateDirectory)
            await world.hub.forgetEverybody()
            try await world.hub.publish([layer(3)])
            try await world.agent(token: ScriptedHub.nextToken) { _ = try await world.hub.inSync(2) }
            #expect(await world.hub.enrolments == 2)
            TemporaryDirectory.remove(world.stateDirectory)
            try await world.hub.publish([layer(2)])
            try await world.agent(token: nil) { _ = try await world.hub.report { $0.generation == 3 } }
            #expect(await world.hub.enrolments == 2)
        }
    }

    @Test("whoever only refuses an agent with its old token does not make it forget whom it trusts")
    func refusedWithOldToken() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(2)])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let identity = try await StateDirectory(path: world.stateDirectory).identity()
            TemporaryDirectory.remove(world.stateDirectory)
            await world.hub.forgetEverybody()
            let polls = await world.hub.polls
            try await world.agent { try await world.wait { await $0.hub.polls > polls } }
            #expect(await world.hub.enrolments == 1)
            let state = try StateDirectory(path: world.stateDirectory)
            #expect(try await state.identity()?.signingKey.keyID == identity?.signingKey.keyID)
            #expect(try await state.trust()?.bundle()?.generation == 1)
        }
    }

    @Test("an agent that dies between applying and writing its inventory leaves no orphan and deletes nothing")
    func killed() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer(2), ScriptedHub.Layer(name: "platform", objects: [])])
            // The superset is written, and nothing after it: as if the process had ended there.
            let applied = PauseCount()
            world.cluster.faults.add(
                FaultPlan.Rule(.drop) { request in
                    if request.path.hasSuffix("/configmaps/c0") { applied.add(.zero) }
                    return applied.count > 0 && request.path.hasSuffix("/configmaps/otomi-inventory-0")
                }
            )
            try await world.agent { _ = try await world.hub.inSync(1) }
            world.cluster.faults.clear()
            TemporaryDirectory.remove(world.stateDirectory)
            let requests = RequestLog(of: world.cluster)
            try await world.hub.publish([ScriptedHub.Layer(name: "platform", objects: [])])
            try await world.agent(token: nil) {
                let pending = try await world.hub.held(2).pendingDeletions
                #expect(pending?.count == 3)
                #expect(!requests.writes.contains { $0.hasPrefix("DELETE") })
                try await world.hub.confirm(pending)
                _ = try await world.hub.inSync(3)
                #expect(try await world.find(.configMap("c0")) == nil)
                try await world.wait(for: .namespace("team-a")) { $0 == nil }
            }
        }
    }
}
