import HubTestSupport
import Concurrency
import HubAPI
import HubStore
import Logging
import Testing

@testable import HubHTTP

@Suite struct AgentPresenceTests {
    private static func presence(_ hub: HubTest) -> AgentPresence {
        AgentPresence(
            store: hub.store,
            clock: { hub.now },
            logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    private static func identity(_ name: String, _ hub: HubTest) async throws -> AgentIdentity {
        try #require(try await hub.store.cluster(named: name).agent)
    }

    @Test func `an agent that speaks after a silence brings its cluster back`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let presence = Self.presence(hub)
            hub.advance(by: .seconds(120))
            #expect(try await caller.cluster("demo").state == .lost)
            presence.saw(try await Self.identity("demo", hub))
            #expect(try await caller.cluster("demo").state == .lost)
            await presence.write()
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .connected)
            #expect(cluster.lastSeen == hub.now.rfc3339)
        }
    }

    @Test func `what was written once is not written again`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let presence = Self.presence(hub)
            presence.saw(try await Self.identity("demo", hub))
            await presence.write()
            let seen = hub.now
            hub.advance(by: .seconds(60))
            await presence.write()
            #expect(try await caller.cluster("demo").lastSeen == seen.rfc3339)
        }
    }

    @Test func `a cluster that was removed meanwhile does not keep the others from being written`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("gone", hub, caller)
            _ = try await TestAgent.enrolled("here", hub, caller)
            let presence = Self.presence(hub)
            hub.advance(by: .seconds(120))
            presence.saw(try await Self.identity("gone", hub))
            presence.saw(try await Self.identity("here", hub))
            #expect(try await caller.delete(Route.cluster.path("gone")).status == 204)
            await presence.write()
            #expect(try await caller.cluster("here").state == .connected)
        }
    }

    @Test func `a database that is gone costs a batch and nothing else`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let presence = Self.presence(hub)
            presence.saw(try await Self.identity("demo", hub))
            await hub.loseDatabase()
            await presence.write()
        }
    }
}
