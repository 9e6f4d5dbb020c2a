import AgentProtocol
import AgentTestSupport
import Bundles
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct HubAwayTests {
    private let layer = ScriptedHub.Layer(name: "team/a", objects: [.namespace("team-a"), .configMap("a")])

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
                try await world.hub.publish([ScriptedHub.Layer(name: "team/a", objects: [.namespace("team-a")])])
                _ = try await world.hub.inSync(2)
            }
        }
    }
}
