import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import Glibc
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct HubAwayTests {
    private let layer = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a")])

    @Test("with the hub away the cluster is kept as it should be, and the report follows later") func away()
        async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            try await world.agent { _ = try await world.hub.inSync(1) }
            await world.hub.setAway(true)
            try await world.agent(token: nil) {
                let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
                try await world.client.delete(type, namespace: "team-a", name: "a")
                try await world.wait(for: .configMap("a")) { $0 != nil }
                await world.hub.setAway(false)
                _ = try await world.hub.report { $0.drift.map(\.name) == ["a"] && $0.state == .inSync }
            }
        }
    }

    @Test("what happened while the hub was away is reported in its order, across a restart") func replay() async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            try await world.agent { _ = try await world.hub.inSync(1) }
            let before = await world.hub.messages.count
            await world.hub.setAway(true, forReportsOnly: true)
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("b")])
            ])
            try await world.agent(token: nil) { try await world.wait(for: .configMap("b")) { $0 != nil } }
            try await world.agent(token: nil) {
                await world.hub.setAway(false)
                _ = try await world.hub.report { $0.generation == 2 && $0.state == .inSync }
                while await world.hub.reports.last?.objects == nil { try await Task.sleep(for: .milliseconds(10)) }
            }
            let late = await world.hub.messages.dropFirst(before)
            #expect(Set(late.map(\.bootID)).count == 2)
            #expect(zip(late, late.dropFirst()).allSatisfy { $0.observedAt <= $1.observedAt })
            #expect(zip(late, late.dropFirst()).allSatisfy { $0.bootID != $1.bootID || $0.sequence < $1.sequence })
            #expect(late.first?.bootID != late.last?.bootID)
        }
    }

    @Test("a report that the hub finds fault with keeps no later one from it") func faulty() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                await world.hub.findFault(withGeneration: 2)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")])])
                try await world.wait { await $0.hub.messages.last?.generation == 2 }
                try await world.hub.publish([layer])
                _ = try await world.hub.inSync(3)
            }
            #expect(access("\(world.stateDirectory)/reports", F_OK) != 0, "nothing of it is kept")
        }
    }

    @Test("a hub that asks for patience is not sent more before that") func retryAfter() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            await world.hub.askForPatience(times: 2)
            try await world.agent { _ = try await world.hub.inSync(1) }
            #expect(world.pauses.longest >= .seconds(7))
        }
    }

    @Test("with a full disk reports are kept in memory, and the hub is told") func fullDisk() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            await world.hub.setAway(true, forReportsOnly: true)
            try world.blockStateFile("reports")
            try await world.agent {
                try await world.wait(for: .configMap("a")) { $0 != nil }
                let pauses = world.pauses.count
                while world.pauses.count < pauses + 5 { try await Task.sleep(for: .milliseconds(10)) }
                await world.hub.setAway(false)
                _ = try await world.hub.report { $0.counts["reportsInMemoryOnly"] == 1 }
                _ = try await world.hub.inSync(1)
            }
        }
    }

    @Test("a disk that is well again is told of, also while the hub gives no news") func wellAgain() async throws {
        try await AgentWorld.with { world in
            let file = "\(world.stateDirectory)/reports"
            try await world.hub.publish([layer])
            await world.hub.setAway(true, forReportsOnly: true)
            try await world.agent {
                try await world.wait(for: .configMap("a")) { $0 != nil }
                // The second question comes when the bundle has reached the disk; the reports are written after that.
                try await world.wait { await $0.hub.polls >= 2 }
                TemporaryDirectory.remove(file)
                try await world.wait { _ in access(file, F_OK) == 0 }
                // What was written and is gone before it reached the disk is a fault, until reports are delivered. The
                // first tries may meet the agent while it writes.
                try await world.wait { (try? $0.blockStateFile("reports.new")) != nil }
                TemporaryDirectory.remove(file)
                try await world.hub.publish([
                    ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("b")])
                ])
                try await world.wait(for: .configMap("b")) { $0 != nil }
                // It is asked again and again, since something is left over.
                let polls = await world.hub.polls
                try await world.wait { await $0.hub.polls >= polls + 5 }
                await world.hub.expireKey()
                await world.hub.setAway(false)
                try await world.hub.report { $0.state == .outOfSync }
                let start = await world.hub.reports.firstIndex { $0.state == .outOfSync } ?? 0
                try await world.hub.report(after: start) { $0.generation == 2 && $0.state == .inSync }
            }
        }
    }

    @Test("reports that were kept and delivered since do not stand in the way of the next bundle") func delivered()
        async throws
    {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                await world.hub.setAway(true, forReportsOnly: true)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")])])
                try await world.wait { access("\($0.stateDirectory)/reports", F_OK) == 0 }
                await world.hub.setAway(false)
                _ = try await world.hub.inSync(2)
                try await world.wait { access("\($0.stateDirectory)/reports", F_OK) != 0 }
                try await world.hub.publish([layer])
                _ = try await world.hub.inSync(3)
            }
            #expect(await world.hub.reports.allSatisfy { $0.state != .outOfSync })
        }
    }

    @Test("an agent that comes before its first bundle waits for it") func early() async throws {
        try await AgentWorld.with { world in
            try await world.agent {
                while await world.hub.polls == 0 { await Task.yield() }
                #expect(await world.hub.polls == 1)
                try await world.hub.publish([layer])
                _ = try await world.hub.inSync(1)
            }
        }
    }

    @Test("a hub that repeats the same timestamp is not asked in a tight loop") func repeated() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                await world.hub.force(timestamp: await world.hub.servedTimestamp)
                let (pauses, polls) = (world.pauses.count, await world.hub.polls)
                while await world.hub.polls < polls + 5 { await Task.yield() }
                #expect(world.pauses.count >= pauses + 4)
                await world.hub.force(timestamp: nil)
                try await world.hub.publish([ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a")])])
                _ = try await world.hub.inSync(2)
            }
        }
    }
}
