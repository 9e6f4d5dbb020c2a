import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import ClusterAgent
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing

/// Keys that grow old, and agents that wait for a person.
@Suite struct KeyLifetimeTests {
    private static let look = AgentRoute.metadata(.snapshot(version: 1), poll: nil)

    @Test("30 · a cluster that was away for too long comes back with new keys once an operator agrees")
    func renewal() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            hub.advance(by: .seconds(91 * 86_400))
            for route in [Self.look, .report, .objects, .rotate] { try await agent.send(route).problem(.keyExpired) }
            let fresh = agent.with(key: SigningKey(), sealing: SealingKeyPair())
            let answer = try await agent.send(.renew, try agent.renewal(to: fresh))
            #expect(answer.status == AdmissionPending.status)
            #expect(try answer.message(AdmissionPending.self).fingerprint == fresh.key.keyID)
            try await fresh.send(Self.look).problem(.unauthenticated)

            let status = try await caller.cluster("paris")
            #expect(status.agent?.candidate?.kind == "renewal")
            #expect(status.reason?.contains("otomi cluster approve paris --fingerprint \(fresh.key.keyID)") == true)
            let path = Route.clusterApproval.path("paris")
            try await caller.post(path, ClusterApproval(fingerprint: nil)).problem(.conflict)
            try await caller.post(path, ClusterApproval(fingerprint: agent.key.keyID)).problem(.conflict)
            #expect(try await caller.post(path, ClusterApproval(fingerprint: fresh.key.keyID)).status == 200)

            // The agent that asks again is answered, and its new keys count.
            let renewed = try await agent.send(.renew, try agent.renewal(to: fresh)).message(RotateResponse.self)
            #expect(renewed.keyID == fresh.key.keyID)
            #expect(try await fresh.send(Self.look).status == 404)
            hub.advance(by: .seconds(600))
            try await agent.send(Self.look).problem(.unauthenticated)
            #expect(try await hub.store.cluster(named: "paris").agent?.sealingKey == fresh.sealing.publicKey)
        }
    }

    @Test("30 · the grace is for the same cluster with its old key, and ends with a no")
    func refusedRenewal() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            hub.advance(by: .seconds(91 * 86_400))
            let fresh = agent.with(key: SigningKey(), sealing: SealingKeyPair())
            let elsewhere = TestAgent(hub, caller, key: agent.key, sealing: agent.sealing, clusterUID: "elsewhere")
            try await elsewhere.send(.renew, try elsewhere.renewal(to: fresh)).problem(.alreadyExists)
            let stranger = TestAgent(hub, caller, clusterUID: agent.clusterUID)
            try await stranger.send(.renew, try stranger.renewal(to: fresh)).problem(.unauthenticated)
            // The new key itself must agree.
            try await agent.send(.renew, try stranger.renewal(to: fresh)).problem(.forbidden)
            #expect(try await caller.cluster("paris").agent?.candidate == nil)

            #expect(try await agent.send(.renew, try agent.renewal(to: fresh)).status == AdmissionPending.status)
            #expect(try await caller.delete(Route.clusterApproval.path("paris")).status == 200)
            try await agent.send(.renew, try agent.renewal(to: fresh)).problem(.forbidden)
            try await caller.post(Route.clusterApproval.path("paris"), ClusterApproval(fingerprint: fresh.key.keyID))
                .problem(.conflict)
        }
    }

    @Test("30 · an old agent that asks for new keys does not take the place of a new one that waits to be let in")
    func renewalBesideEnrolment() async throws {
        try await HubTest.with { hub, caller in
            let new = HubAPI.NewCluster(name: "paris", provider: "aws", region: "eu-1", requiresApproval: true)
            let token = try await caller.post(Route.clusters.path(), new).message(ClusterEnrolment.self).token
            let old = TestAgent(hub, caller)
            #expect(try await old.enrol(token: token).status == AdmissionPending.status)
            let approval = ClusterApproval(fingerprint: old.key.keyID)
            #expect(try await caller.post(Route.clusterApproval.path("paris"), approval).status == 200)
            hub.advance(by: .seconds(91 * 86_400))
            let next = try await caller.send(.post, Route.clusterToken.path("paris")).message(ClusterEnrolment.self)
            let fresh = TestAgent(hub, caller)
            #expect(try await fresh.enrol(token: next.token).status == AdmissionPending.status)
            let renewed = old.with(key: SigningKey(), sealing: SealingKeyPair())
            let answer = try await old.send(.renew, try old.renewal(to: renewed))
            #expect(answer.status == AdmissionPending.status)
            let candidate = try #require(try await caller.cluster("paris").agent?.candidate)
            #expect(candidate.kind == "enrolment")
            #expect(candidate.fingerprint == fresh.key.keyID)
        }
    }

    @Test("30 · an agent whose key has expired asks by itself, waits, and goes on with new keys")
    func agentRenews() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([ScriptedHub.Layer(name: "a", objects: [.namespace("team-a")], isSealed: true)])
            try await world.agent { try await world.hub.inSync(1) }
            let before = try await StateDirectory(path: world.stateDirectory).identity()
            await world.hub.expireKey()
            try await world.agent(token: nil) {
                try await world.hub.renewalAsked()
                await world.hub.approve()
                try await world.hub.publish([
                    ScriptedHub.Layer(name: "a", objects: [.namespace("team-a"), .configMap("c")], isSealed: true)
                ])
                try await world.hub.inSync(2)
            }
            let renewals = await world.hub.renewals
            let after = try await StateDirectory(path: world.stateDirectory).identity()
            #expect(after?.enrolment?.keyID == renewals.last?.rotation.publicKey.keyID)
            #expect(after?.signingKey.keyID != before?.signingKey.keyID)
            // It waited with one pair of keys, so that what the operator compares stays the same.
            #expect(Set(renewals.map(\.rotation.publicKey)).count == 1)
            #expect(renewals.allSatisfy { $0.clusterUID == before?.enrolment?.clusterUID })
        }
    }

    @Test("30 · a new agent waits for approval where that is wanted, and the key that is approved is the one shown")
    func approval() async throws {
        try await HubTest.with { hub, caller in
            let new = HubAPI.NewCluster(name: "paris", provider: "aws", region: "eu-1", requiresApproval: true)
            let token = try await caller.post(Route.clusters.path(), new).message(ClusterEnrolment.self).token
            let agent = TestAgent(hub, caller)
            for _ in 0..<2 {
                #expect(try await agent.enrol(token: token).status == AdmissionPending.status)
                hub.advance(by: .seconds(3_600))
            }
            try await agent.send(Self.look).problem(.unauthenticated)
            try await TestAgent(hub, caller).enrol(token: token).problem(.alreadyExists)
            let candidate = try #require(try await caller.cluster("paris").agent?.candidate)
            #expect(candidate.fingerprint == agent.key.keyID)
            let approval = ClusterApproval(fingerprint: candidate.fingerprint)
            #expect(try await caller.post(Route.clusterApproval.path("paris"), approval).status == 200)
            #expect(try await agent.enrol(token: token).message(EnrolResponse.self).keyID == agent.key.keyID)
            #expect(try await agent.send(Self.look).status == 404)
        }
    }

    @Test("30 · an agent that is rejected stays out, and its token with it")
    func rejected() async throws {
        try await HubTest.with { hub, caller in
            let new = HubAPI.NewCluster(name: "paris", provider: "aws", region: "eu-1", requiresApproval: true)
            let token = try await caller.post(Route.clusters.path(), new).message(ClusterEnrolment.self).token
            let agent = TestAgent(hub, caller)
            #expect(try await agent.enrol(token: token).status == AdmissionPending.status)
            #expect(try await caller.delete(Route.clusterApproval.path("paris")).status == 200)
            try await agent.enrol(token: token).problem(.unauthenticated)
            #expect(try await caller.cluster("paris").agent == nil)
        }
    }
}
