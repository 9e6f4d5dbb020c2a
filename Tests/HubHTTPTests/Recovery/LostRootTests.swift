import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// The fleet has a root of trust that the restored database lost.
@Suite struct LostRootTests {
    @Test func `an agent with a newer root waits until the hub has that root`() async throws {
        try await HubTest.withRestore(before: Self.one, lost: Self.rotation) { hub, caller, agents, _ in
            let paris = agents[0]
            let root = try #require(paris.trust).root
            #expect(root.content.version == 2)
            let poll = AgentRoute.Poll(after: 0, waitSeconds: 0, root: 2)
            _ = try await paris.send(.metadata(.timestamp, poll: poll))

            let status: RecoveryStatus = try await caller.get(Route.recovery.path()).message()
            #expect(status.lostRoot == 2)
            try await caller.post(Route.recoveryCluster.path("paris"), RecoveryDecision(decision: "accept"))
                .problem(.invalid)
            let waiting: RecoveryResult = try await caller.post(Route.recoveryFinish.path(), [:] as JSONValue).message()
            #expect(waiting.waiting == ["paris"])

            let given: RecoveryStatus = try await caller.post(
                Route.recoveryRoots.path(),
                LostRoot(file: try JSONValue(parsing: root.bytes))
            ).message()
            #expect(given.lostRoot == nil)
            #expect(try await hub.store.root(version: 2) == root.bytes)
        }
    }

    @Test func `a lost root is taken when the newest one's keys have signed it, and no other`() async throws {
        try await HubTest.withRestore(before: Self.one, lost: Self.rotation) { hub, caller, agents, _ in
            let root = try #require(agents[0].trust).root.bytes
            let forged = try MetadataSigner(RoleSigners.generated()).initialRoot(now: hub.now.seconds)
            for bytes in [
                forged, Array("{}".utf8),
                Array(
                    String(decoding: root, as: UTF8.self)
                        .replacing("\"threshold\":1", with: "\"threshold\":2").utf8
                ),
            ] {
                try await caller.post(Route.recoveryRoots.path(), LostRoot(file: try JSONValue(parsing: bytes)))
                    .problem(.invalid)
            }
            #expect(try await hub.store.newestRootVersion() == 1)
            for _ in 0..<2 {
                let answer = try await caller.post(
                    Route.recoveryRoots.path(),
                    LostRoot(file: try JSONValue(parsing: root))
                )
                #expect(answer.status == 200)
            }
            #expect(try await hub.store.newestRootVersion() == 2)
        }
    }

    // MARK: - Stretches

    private static let one: HubTest.Stretch = { hub, caller, _ in
        var agent = try await TestAgent.enrolled("paris", hub, caller)
        try await hub.commit(put: [.team("demo")])
        try await hub.publish()
        _ = try await agent.refresh()
        return [agent]
    }

    /// The keys are new ones, which are lost with the database.
    private static let rotation: HubTest.Stretch = { hub, caller, agents in
        var agent = agents[0]
        let answer = try await caller.post(
            Route.trustDraft.path(),
            TrustChangeRequest(roles: ["timestamp": .init()])
        )
        try #require(answer.status < 300, "\(answer.text)")
        try await hub.renew()
        _ = try await agent.refresh()
        return [agent]
    }
}
