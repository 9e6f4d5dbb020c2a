import HubTestSupport
import AgentProtocol
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Testing

@Suite struct StatusRoutesTests {
    private static func path(after version: String? = nil, wait: String? = nil) -> String {
        Route.status.path(query: [("after", version), ("wait", wait)])
    }

    @Test func `the status shows the revision and every cluster`() async throws {
        try await HubTest.with { hub, caller in
            let revision = try await hub.commit(put: [.team("demo")])
            try await caller.addCluster("b")
            _ = try await TestAgent.enrolled("a", hub, caller)
            let answer = try await caller.get(Self.path())
            let status = try answer.message(FleetStatus.self)
            #expect(status.revision == revision)
            #expect(status.clusters.map(\.name) == ["a", "b"])
            #expect(status.clusters.map(\.state) == [.connected, .pending])
            #expect(answer.headers[.eTag] == "\"\(status.version)\"")
        }
    }

    @Test func `a waiting client is answered when something changes`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let before = try await caller.get(Self.path()).message(FleetStatus.self)
            // The answer to the wait is 304 unless the commit ends it.
            async let waiting = caller.get(Self.path(after: before.version, wait: "30"))
            let revision = try await hub.commit(put: [.team("demo")])
            let after = try await waiting.message(FleetStatus.self)
            #expect(after.revision == revision)
            #expect(after.version != before.version)
        }
    }

    @Test func `a report wakes whoever waits`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.progressing, revision: revision))
            var version = ""
            var state: ClusterState?
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            while state != .inSync {
                let status = try await caller.get(Self.path(after: version, wait: "30")).message(FleetStatus.self)
                version = status.version
                state = status.clusters.first?.state
            }
        }
    }

    @Test func `a wait without news ends with 304`() async throws {
        try await HubTest.with { _, caller in
            let version = try await caller.get(Self.path()).message(FleetStatus.self).version
            let answer = try await caller.get(Self.path(after: version, wait: "1"))
            #expect(answer.status == 304)
            #expect(answer.bytes.isEmpty)
        }
    }

    @Test func `news since the version are answered at once`() async throws {
        try await HubTest.with { hub, caller in
            let version = try await caller.get(Self.path()).message(FleetStatus.self).version
            hub.events.fleet.notify()
            #expect(try await caller.get(Self.path(after: version, wait: "30")).status == 200)
        }
    }

    @Test func `the version of another replica is answered at once`() async throws {
        try await HubTest.with { hub, caller in
            let version = try await caller.get(Self.path()).message(FleetStatus.self).version
            try await hub.serve { other in
                let status = try await other.get(Self.path(after: version, wait: "30")).message(FleetStatus.self)
                #expect(status.version != version)
            }
            let nonsense = try await caller.get(Self.path(after: "nonsense", wait: "30"))
            #expect(nonsense.status == 200)
        }
    }

    @Test func `a wait beyond the bound is refused`() async throws {
        try await HubTest.with { _, caller in
            try await caller.get(Self.path(after: "x", wait: "51")).problem(.badRequest)
        }
    }
}
