import AgentProtocol
import Bundles
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// What whoever has one agent's key can do by claiming to be ahead.
@Suite struct LyingAgentTests {
    @Test func `one agent's claim holds its own cluster, and neither moves a counter nor stops another cluster`()
        async throws
    {
        try await Self.fleet { hub, caller, agents in
            _ = try await agents[0].timestamp(after: .max, waitSeconds: 0)
            #expect(try await !hub.store.isInRecovery())
            let claims = try await Self.clusters(caller)
            #expect(claims.map(\.name) == ["c0"] && claims[0].obstacle?.contains("otomi recovery dismiss c0") == true)

            let before = try await hub.store.publicationState(clusterID: agents[0].clusterID)
            let revision = try await hub.store.latestRevision()
            #expect(try await hub.commit(put: [.team("other")]) == revision + 1)
            try await hub.publish()
            let after = try await hub.store.publicationState(clusterID: agents[0].clusterID)
            #expect(after.timestampVersion == before.timestampVersion)
            for var agent in agents.dropFirst() {
                #expect(try await agent.refresh().layers.contains { $0.name == "team/other" })
            }
            // Not even an operator in a hurry makes the claim true.
            try await caller.post(Route.recoveryCluster.path("c0"), RecoveryDecision(decision: "accept"))
                .problem(.invalid)
            let result: RecoveryResult = try await caller.post(Route.recoveryFinish.path(), [:] as JSONValue).message()
            #expect(result.waiting == ["c0"] && result.released.isEmpty)
        }
    }

    @Test func `a dismissed claim is over, and no further claim with that key counts`() async throws {
        try await Self.fleet { hub, caller, agents in
            var agent = agents[0]
            _ = try await agent.timestamp(after: .max, waitSeconds: 0)
            _ = try await agent.report(.inSync, revision: 1 << 40, generation: 1 << 40, sequence: 2)
            try await hub.commit(put: [.team("other")])
            let dismissed: RecoveryCluster = try await caller.post(
                Route.recoveryCluster.path("c0"),
                RecoveryDecision(decision: "dismiss")
            ).message()
            #expect(dismissed.state == "dismissed" && dismissed.by == "bootstrap-admin")
            _ = try await agent.timestamp(after: .max - 1, waitSeconds: 0)
            #expect(try await hub.store.noteReportsAhead() == 0)
            try await hub.publish()
            #expect(try await agent.refresh().layers.contains { $0.name == "team/other" })
            try await caller.post(Route.recoveryCluster.path("c0"), RecoveryDecision(decision: "dismiss"))
                .problem(.conflict)
        }
    }

    @Test func `a revision that one agent invents moves the next number by no more than a step`() async throws {
        try await Self.fleet { hub, _, agents in
            let latest = try await hub.store.latestRevision()
            _ = try await agents[0].report(.inSync, revision: .max, sequence: 2)
            #expect(try await hub.store.noteReportsAhead() == 1)
            #expect(try await hub.commit(put: [.team("one")]) == latest + 1)
            _ = try await agents[1].report(.inSync, revision: latest + 50, sequence: 2)
            #expect(try await hub.store.noteReportsAhead() == 1)
            #expect(try await hub.store.isInRecovery(), "two agents are enough to take the fleet for restored")
        }
    }

    @Test func `where nothing is ahead nothing is written`() async throws {
        try await Self.fleet { hub, caller, agents in
            let known = try #require(agents[0].trust?.timestamp?.content.version)
            _ = try await agents[0].timestamp(after: known, waitSeconds: 0)
            _ = try await agents[0].timestamp(after: known - 1, waitSeconds: 0)
            _ = try await agents[0].report(.inSync, revision: 1, sequence: 2)
            #expect(try await hub.store.noteReportsAhead() == 0)
            #expect(try await hub.store.tidyRestrainedClusters().isEmpty)
            #expect(try await Self.clusters(caller).isEmpty)
            #expect(try await hub.store.securityEvents().isEmpty)
            let status: FleetStatus = try await caller.get(Route.status.path()).message()
            #expect(status.recovery == nil)
        }
    }

    @Test func `a new root ends what a thief had signed under the old one`() async throws {
        try await Self.fleet { hub, caller, agents in
            _ = try await agents[0].timestamp(after: 500, waitSeconds: 0)
            #expect(try await Self.clusters(caller).map(\.name) == ["c0"])
            try await hub.commit(put: [.team("other")])
            _ = try await caller.post(
                Route.trustDraft.path(),
                TrustChangeRequest(roles: ["timestamp": .init(keys: [], threshold: 1)])
            )
            try await hub.renew()
            try await hub.publish()
            var agent = agents[0]
            #expect(try await agent.refresh().layers.contains { $0.name == "team/other" })
        }
    }

    @Test func `only operators of the platform decide, and auditors look`() async throws {
        try await Self.fleet { hub, caller, agents in
            _ = try await agents[0].timestamp(after: 500, waitSeconds: 0)
            let auditor = caller.with(token: try await hub.token("auditor", .auditor))
            #expect(try await auditor.get(Route.recoveryClusters.path()).status == 200)
            try await auditor.post(Route.recoveryFinish.path(), [:] as JSONValue).problem(.forbidden)
            let team = caller.with(token: try await hub.token("team", try #require(Grant.team("demo", .teamAdmin))))
            try await team.get(Route.recovery.path()).problem(.forbidden)
            let status: FleetStatus = try await team.get(Route.status.path()).message()
            #expect(status.recovery == nil)
            let whole: FleetStatus = try await caller.get(Route.status.path()).message()
            #expect(whole.recovery?.ahead == 1)
        }
    }

    // MARK: - The fleet

    /// Five clusters: one claim is below the quorum.
    private static func fleet(
        _ body: @escaping @Sendable (HubTest, HubCaller, [TestAgent]) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, caller in
            var agents: [TestAgent] = []
            for number in 0..<5 { agents.append(try await TestAgent.enrolled("c\(number)", hub, caller)) }
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            for index in agents.indices { _ = try await agents[index].refresh() }
            try await body(hub, caller, agents)
        }
    }

    private static func clusters(_ caller: HubCaller) async throws -> [RecoveryCluster] {
        try await caller.get(Route.recoveryClusters.path()).message(HubAPI.Page<RecoveryCluster>.self).items
    }
}
