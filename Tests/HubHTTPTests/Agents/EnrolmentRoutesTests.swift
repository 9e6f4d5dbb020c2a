import HubTestSupport
import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct EnrolmentRoutesTests {
    @Test func `an agent with its token becomes the cluster and gets the root of trust`() async throws {
        try await HubTest.with { hub, caller in
            let added = try await caller.addCluster("demo")
            let agent = TestAgent(hub, caller)
            let response = try await agent.enrol(token: added.token).message(EnrolResponse.self)
            #expect(response.cluster == ClusterBinding(name: "demo", id: added.id))
            #expect(response.keyID == agent.key.keyID)
            #expect(response.hubTime == hub.now.seconds)
            let trust = try TrustedState(trusting: response.root.canonical(), cluster: response.cluster)
            #expect(try JSONValue(parsing: trust.root.bytes) == JSONValue(parsing: hub.root))
            let stored = try await hub.store.cluster(named: "demo").agent
            #expect(stored?.publicKey == agent.key.publicKey)
            #expect(stored?.sealingKey == agent.sealing.publicKey)
        }
    }

    @Test func `a token works for one key only`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let first = TestAgent(hub, caller)
            #expect(try await first.enrol(token: token).status == 200)
            let problem = try await TestAgent(hub, caller).enrol(token: token).problem(.alreadyExists)
            #expect(problem.hint?.contains("otomi cluster token") == true)
            #expect(try await hub.store.cluster(named: "demo").agent?.keyID == first.key.keyID)
        }
    }

    @Test func `an agent whose answer was lost may ask again, even after the token's time`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let agent = TestAgent(hub, caller)
            let first = try await agent.enrol(token: token).message(EnrolResponse.self)
            hub.advance(by: .seconds(7200))
            let second = try await agent.enrol(token: token).message(EnrolResponse.self)
            #expect(second.keyID == first.keyID)
            #expect(second.cluster == first.cluster)
        }
    }

    @Test func `another cluster cannot come with a used token and a copied key`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let key = SigningKey()
            #expect(try await TestAgent(hub, caller, key: key, clusterUID: "here").enrol(token: token).status == 200)
            try await TestAgent(hub, caller, key: key, clusterUID: "there").enrol(token: token).problem(.alreadyExists)
        }
    }

    @Test func `one key cannot be two clusters`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("one", hub, caller)
            let token = try await caller.addCluster("two").token
            try await agent.enrol(token: token).problem(.alreadyExists)
            #expect(try await caller.cluster("two").state == .pending)
        }
    }

    @Test func `a token that is unknown or too old is refused`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let agent = TestAgent(hub, caller)
            try await agent.enrol(token: "otomi_unknown").problem(.unauthenticated)
            hub.advance(by: .seconds(3600))
            #expect(try await agent.enrol(token: token).problem(.unauthenticated).hint != nil)
            #expect(try await caller.cluster("demo").state == .pending)
        }
    }

    @Test func `an enrolment must be signed by the key that it introduces`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let agent = TestAgent(hub, caller)
            let body = agent.enrolment(token: token).json.serialized()
            var unsigned = try agent.signed(.enrol, body: body)
            unsigned.fields = [:]
            try await agent.send(unsigned).problem(.unauthenticated)

            let stranger = TestAgent(hub, caller)
            try await stranger.send(try stranger.signed(.enrol, body: body)).problem(.unauthenticated)

            var changed = try agent.signed(.enrol, body: body)
            changed.body.append(UInt8(ascii: "\n"))
            try await agent.send(changed).problem(.unauthenticated)
            #expect(try await caller.cluster("demo").state == .pending)

            // None of this used the token up.
            #expect(try await agent.enrol(token: token).status == 200)
        }
    }

    @Test func `an enrolment signed by a clock that is far off says so`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("demo").token
            let agent = TestAgent(hub, caller)
            let request = try agent.signed(.enrol, body: agent.enrolment(token: token).json.serialized())
            hub.advance(by: .seconds(301))
            #expect(try await agent.send(request).problem(.unauthenticated).hint?.contains("clock") == true)
        }
    }

    @Test func `an enrolment that is none is a bad request`() async throws {
        try await HubTest.with { hub, caller in
            let agent = TestAgent(hub, caller)
            let body: JSONValue = ["token": "otomi_x", "publicKey": "short"]
            try await agent.send(try agent.signed(.enrol, body: body.serialized())).problem(.badRequest)
        }
    }

    @Test func `a new token lets a new agent take a cluster over, and the old key ends`() async throws {
        try await HubTest.with { hub, caller in
            let old = try await TestAgent.enrolled("demo", hub, caller)
            let answer = try await caller.send(.post, Route.clusterToken.path("demo"))
            let token = try answer.message(ClusterEnrolment.self).token
            let new = TestAgent(hub, caller)
            let response = try await new.enrol(token: token).message(EnrolResponse.self)
            #expect(response.cluster.id == old.clusterID)
            try await old.send(.metadata(.timestamp, poll: nil)).problem(.unauthenticated)
        }
    }

    @Test func `a key is replaced by a request that the old one signs and the new one proves`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let renewed = agent.with(key: SigningKey(), sealing: SealingKeyPair())
            let message = try RotateRequest(
                replacing: agent.key.keyID,
                with: renewed.key,
                sealingKey: renewed.sealing.publicKey
            )
            let response = try await agent.send(.rotate, message).message(RotateResponse.self)
            #expect(response.keyID == renewed.key.keyID)
            #expect(try await agent.send(.metadata(.timestamp, poll: nil)).status == 404)
            hub.advance(by: .seconds(600))
            try await agent.send(.metadata(.timestamp, poll: nil)).problem(.unauthenticated)

            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            var updated = renewed
            #expect(try await updated.refresh().generation == 1)
        }
    }

    @Test func `a key that its holder did not offer is not taken`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let message = try RotateRequest(
                replacing: "another key",
                with: SigningKey(),
                sealingKey: SealingKeyPair().publicKey
            )
            try await agent.send(.rotate, message).problem(.forbidden)
            #expect(try await agent.send(.metadata(.timestamp, poll: nil)).status == 404)
        }
    }
}
