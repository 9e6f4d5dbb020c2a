import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubTestSupport
import Postgres
import PostgresTestSupport
import Testing

/// What an administrator of the database can do to the audit log without being found out.
@Suite struct AuditTamperingTests {
    /// Runs statements as a superuser who has switched the triggers off.
    private static func tamper(_ hub: HubTest, _ statements: String) async throws {
        let connection = try await PostgresConnection.connect(hub.configuration, logger: TestServer.logger)
        try await connection.perform { connection in
            try connection.script("SET session_replication_role = replica; \(statements)")
        }
    }

    private static func check(_ caller: HubCaller) async throws -> AuditCheck {
        try await caller.get(Route.auditVerification.path()).message()
    }

    @Test(
        "36 · an entry that was edited is found by its number",
        arguments: [
            "actor = 'nobody'", "outcome = 'refused'", "at = at - interval '1 day'", "after = NULL, object = 'x'",
        ]
    )
    func edited(assignment: String) async throws {
        try await HubTest.with { hub, caller in
            for name in ["paris", "rome", "oslo"] { try await caller.addCluster(name) }
            #expect(try await Self.check(caller).brokenAt == nil)
            try await Self.tamper(hub, "UPDATE audit_log SET \(assignment) WHERE sequence = 3")
            let check = try await Self.check(caller)
            #expect(check.brokenAt == 3)
            #expect(check.verified == 2)
        }
    }

    @Test("36 · an entry that was taken out is found by its number")
    func deleted() async throws {
        try await HubTest.with { hub, caller in
            for name in ["paris", "rome", "oslo"] { try await caller.addCluster(name) }
            try await Self.tamper(hub, "DELETE FROM audit_log WHERE sequence = 2")
            let check = try await Self.check(caller)
            #expect(check.brokenAt == 2)
            #expect(check.message?.contains("missing") == true)
        }
    }

    @Test(
        "36 · entries that were cut off at the end are missed by the agents that have heard of them",
        arguments: [false, true]
    )
    func truncated(isWrittenAnew: Bool) async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            _ = try await agent.refresh()
            let head = try #require(agent.trust?.auditHead)
            try await Self.report(agent, head)
            #expect(try await Self.check(caller).brokenAt == nil)
            try await Self.tamper(hub, "DELETE FROM audit_log WHERE sequence >= \(head.sequence)")
            if isWrittenAnew { for name in ["rome", "oslo"] { try await caller.addCluster(name) } }
            let check = try await Self.check(caller)
            #expect(check.brokenAt == head.sequence)
            #expect(check.message?.contains("'paris'") == true)
        }
    }

    @Test("36 · an agent goes on to know the furthest entry although the hub signs an earlier one")
    func rememberedHead() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            _ = try await agent.refresh()
            let head = try #require(agent.trust?.auditHead)
            try await Self.tamper(hub, "DELETE FROM audit_log")
            try await hub.commit(put: [.team("bb")])
            try await hub.publish()
            _ = try await agent.refresh()
            #expect(agent.trust?.auditHead == head)
            let restored = try TrustedState(restoring: try #require(agent.trust).serialized())
            #expect(restored.auditHead == head)
        }
    }

    private static func report(_ agent: TestAgent, _ head: AuditHead) async throws {
        let report = Report(
            bootID: "boot",
            sequence: 1,
            generation: 1,
            revision: 1,
            state: .inSync,
            audit: head,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: agent.hub.now.milliseconds
        )
        let isAccepted = try await agent.send(.report, report).message(ReportResponse.self).accepted
        #expect(isAccepted)
    }
}
