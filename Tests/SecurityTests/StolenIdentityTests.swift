import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import Testing

@testable import HubHTTP

/// An agent's key in somebody else's hands.
@Suite struct StolenIdentityTests {
    private static let look = AgentRoute.metadata(.snapshot(version: 1), poll: nil)

    private func kinds(_ hub: HubTest) async throws -> [SecurityEvent.Kind] {
        try await hub.store.securityEvents().map(\.event.kind)
    }

    /// The real agent, a thief with its key, and the real one again, a moment after each other.
    private func speakInTurns(_ agent: TestAgent, _ hub: HubTest) async throws -> [Int] {
        var statuses: [Int] = []
        for boot in ["real", "thief", "real"] {
            hub.advance(by: .seconds(1))
            statuses.append(try await agent.with(bootID: boot).send(Self.look).status)
        }
        return statuses
    }

    @Test("29 · two agents with one identity raise an alarm that names both")
    func alarm() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            #expect(try await speakInTurns(agent, hub) == [404, 404, 404])
            #expect(try await kinds(hub) == [.cloneSuspected])
            let event = try #require(try await hub.store.securityEvents().first)
            #expect(event.event.subject == "paris")
            for boot in ["real", "thief"] { #expect(event.event.detail.contains("boot \(boot) at ")) }
            let cluster = try await caller.cluster("paris")
            #expect(cluster.state == .degraded)
            #expect(cluster.reason?.contains("boot real at") == true)
            #expect(cluster.agent?.clone?.contains("boot thief at") == true)
            // Whoever has looked into it ends the alarm; it begins anew when both speak again.
            #expect(
                try await caller.post(Route.clusterApproval.path("paris"), ClusterApproval(fingerprint: nil)).status
                    == 200
            )
            #expect(try await caller.cluster("paris").agent?.clone == nil)
            hub.advance(by: .seconds(61))
            _ = try await agent.with(bootID: "real").send(Self.look)
            #expect(try await caller.cluster("paris").agent?.clone != nil)
        }
    }

    @Test("29 · restarts are no alarm, nor is the late word of an agent that was restarted")
    func restarts() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            let late = try agent.with(bootID: "boot-0").signed(Self.look)
            for number in 0..<40 {
                hub.advance(by: .seconds(1))
                #expect(try await agent.with(bootID: "boot-\(number)").send(Self.look).status == 404)
            }
            let last = try agent.with(bootID: "boot-38").signed(Self.look)
            hub.advance(by: .seconds(1))
            _ = try await agent.with(bootID: "boot-40").send(Self.look)
            #expect(try await agent.send(last).status == 404)
            #expect(try await agent.send(late).status == 404)
            #expect(try await kinds(hub).isEmpty)
            #expect(try await caller.cluster("paris").agent?.clone == nil)
        }
    }

    @Test("29 · a thief whose clock is ahead, or who has many boots, is found out all the same", arguments: [1, 40])
    func evasiveClone(boots: Int) async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            hub.advance(by: .seconds(1))
            #expect(try await agent.with(bootID: "real").send(Self.look).status == 404)
            for number in 0..<boots {
                hub.advance(by: .seconds(1))
                let request = try agent.with(bootID: "thief-\(number)").signed(Self.look, ahead: boots == 1 ? 200 : 0)
                #expect(try await agent.send(request).status == 404)
            }
            #expect(try await kinds(hub).isEmpty)
            hub.advance(by: .seconds(1))
            _ = try await agent.with(bootID: "real").send(Self.look)
            #expect(try await kinds(hub) == [.cloneSuspected])
        }
    }

    @Test("29 · where it is wanted both are shut out until an operator decides")
    func quarantine() async throws {
        try await HubTest.with { hub, caller in
            let new = HubAPI.NewCluster(name: "paris", provider: "aws", region: "eu-1", quarantinesClones: true)
            let token = try await caller.post(Route.clusters.path(), new).message(ClusterEnrolment.self).token
            let agent = TestAgent(hub, caller)
            #expect(try await agent.enrol(token: token).status == 200)
            #expect(try await speakInTurns(agent, hub) == [404, 404, 403])
            for boot in ["real", "thief", "third"] {
                try await agent.with(bootID: boot).send(Self.look).problem(.forbidden)
                try await agent.with(bootID: boot).send(.report, JSONValue.object([:])).problem(.forbidden)
            }
            let status = try await caller.cluster("paris")
            #expect(status.state == .held)
            #expect(status.reason?.contains("otomi cluster revoke paris") == true)
            // A new token does not end it for the key that two have.
            let next = try await caller.send(.post, Route.clusterToken.path("paris")).message(ClusterEnrolment.self)
            let resealed = agent.with(key: agent.key, sealing: SealingKeyPair())
            #expect(try await resealed.enrol(token: next.token).status == 200)
            try await agent.with(bootID: "third").send(Self.look).problem(.forbidden)
            #expect(
                try await caller.post(Route.clusterApproval.path("paris"), ClusterApproval(fingerprint: nil)).status
                    == 200
            )
            #expect(try await agent.with(bootID: "fourth").send(Self.look).status == 404)
        }
    }

    @Test("29 · a boot cannot be left out, changed or borrowed from a diagnosis")
    func coveredBoot() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            var changed = try agent.signed(Self.look)
            changed.fields[.init(Boot.fieldName)!] = "another"
            try await agent.send(changed).problem(.unauthenticated)
            var without = try agent.signed(Self.look)
            without.fields[.init(Boot.fieldName)!] = nil
            try await agent.send(without).problem(.unauthenticated)
            try await agent.with(bootID: Boot.none).send(Self.look).problem(.unauthenticated)
            #expect(try await agent.with(bootID: Boot.none).timestamp(after: 0, waitSeconds: 0).status == 304)
        }
    }

    // MARK: - Revocation

    /// Revokes while a question for news is held open on a socket.
    ///
    /// - Returns: the answer, and how long it took from the revocation.
    private func revokeWhilePolling(
        _ hub: HubTest,
        _ caller: HubCaller,
        _ revoke: @escaping @Sendable () async throws -> Void
    ) async throws -> (answer: HubAnswer, took: Duration) {
        var agent = try await TestAgent.enrolled("paris", hub, caller)
        try await hub.commit(put: [.team("a")])
        try await hub.publish()
        _ = try await agent.refresh()
        let version = try #require(agent.trust?.timestamp?.content.version)
        hub.advance(by: .seconds(1))
        let polling = agent.with(bootID: "polling")
        return try await hub.application.server(on: .hostname("127.0.0.1", port: 0)).test(.live) { client in
            let live = polling.with(caller: HubCaller(client: client))
            async let answer = live.timestamp(after: version, waitSeconds: 40)
            // It was let in once its boot is known.
            while try await hub.store.knownAgent(keyID: live.key.keyID)?.bootID != "polling" { await Task.yield() }
            let clock = ContinuousClock()
            let start = clock.now
            try await revoke()
            return (try await answer, start.duration(to: clock.now))
        }
    }

    @Test("29 · a revocation cuts a live connection at once, and every later request is refused")
    func revoked() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let (answer, took) = try await revokeWhilePolling(hub, caller) {
                let path = Route.clusterRevocation.path("paris")
                let done = try await caller.send(.post, path, body: Array("{}".utf8))
                #expect(done.status == 200)
            }
            try answer.problem(.unauthenticated)
            #expect(took < .seconds(5))
            #expect(try await caller.cluster("paris").state == .revoked)
            try await returnAfterRevocation(hub, caller)
        }
    }

    @Test("29 · a replica that missed the notification finds the revocation by looking")
    func revokedUnheard() async throws {
        try await HubTest.with { hub, caller in
            let scan = RevocationScan(
                store: hub.store,
                events: hub.events,
                clock: { hub.now },
                logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let (answer, took) = try await revokeWhilePolling(hub, caller) {
                try await hub.store.revokeCluster(named: "paris")
                await scan.scan()
            }
            try answer.problem(.unauthenticated)
            #expect(took + RevocationScan.interval < .seconds(5))
        }
    }

    /// The old keys never count again; a new token with new keys does.
    private func returnAfterRevocation(_ hub: HubTest, _ caller: HubCaller) async throws {
        let keyID = try #require(try await hub.store.cluster(named: "paris").agent?.keyID)
        let readmit = try await caller.delete(Route.clusterRevocation.path("paris")).message(ClusterEnrolment.self)
        #expect(try await caller.cluster("paris").state == .revoked)
        let fresh = TestAgent(hub, caller, clusterUID: "uid-paris")
        #expect(try await fresh.enrol(token: readmit.token).status == 200)
        #expect(try await fresh.send(Self.look).status == 200)
        #expect(try await hub.store.agent(keyID: keyID) == nil)
        try await caller.delete(Route.clusterRevocation.path("paris")).problem(.conflict)
    }

    @Test("29 · a revoked key does not come back with a new token, and its use is noted")
    func revokedKey() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.store.revokeCluster(named: "paris")
            for route in [Self.look, .report, .objects, .rotate, .renew] {
                try await agent.send(route).problem(.unauthenticated)
            }
            #expect(try await kinds(hub) == [.revokedKeyUsed])
            let token = try await hub.store.readmitCluster(named: "paris").text
            try await agent.enrol(token: token).problem(.forbidden)
            #expect(try await TestAgent(hub, caller).enrol(token: token).status == 200)
        }
    }
}
