import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct ReportRoutesTests {
    @Test func `a report moves its cluster's state and no other's`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("one", hub, caller)
            _ = try await TestAgent.enrolled("two", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: revision))
            #expect(try await caller.cluster("one").state == .inSync)
            #expect(try await caller.cluster("two").state == .connected)
        }
    }

    @Test func `a report that is older than the last is not taken`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            #expect(try await !agent.report(.outOfSync, revision: revision, sequence: 1))
            #expect(try await !agent.report(.outOfSync, revision: revision, sequence: 2))
            #expect(try await caller.cluster("demo").state == .inSync)
            #expect(try await agent.report(.outOfSync, revision: revision, sequence: 3))
            #expect(try await caller.cluster("demo").state == .outOfSync)
        }
    }

    @Test func `a state keeps the time since when it is that one`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let since = hub.now
            #expect(try await agent.report(.inSync, revision: revision, sequence: 1))
            hub.advance(by: .seconds(10))
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            #expect(try await caller.cluster("demo").since == since.rfc3339)
        }
    }

    @Test func `a report of something else is a bad request`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let body: JSONValue = ["state": "inSync"]
            #expect(try await agent.send(.report, body).problem(.badRequest).detail.contains("bootID"))
        }
    }

    @Test func `a report beyond the bound is too large`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let body = [UInt8](repeating: UInt8(ascii: " "), count: (512 << 10) + 1)
            try await agent.send(try agent.signed(.report, body: body)).problem(.tooLarge)
        }
    }
}
