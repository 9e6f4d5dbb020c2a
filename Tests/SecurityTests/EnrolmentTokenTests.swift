import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import Hummingbird
import JSON
import Testing

/// What a one-time token is good for, and for how long.
@Suite struct EnrolmentTokenTests {
    private func kinds(_ hub: HubTest) async throws -> [SecurityEvent.Kind] {
        try await hub.store.securityEvents().map(\.event.kind)
    }

    @Test("25 · a token lets one agent in; its second use is refused with 409 and noted with its place")
    func secondUse() async throws {
        try await HubTest.with { hub, caller in
            let added = try await caller.addCluster("paris")
            let first = TestAgent(hub, caller)
            #expect(try await first.enrol(token: added.token).status == 200)
            let thief = TestAgent(hub, caller, clusterUID: "elsewhere")
            try await thief.enrol(token: added.token).problem(.alreadyExists)
            #expect(try await hub.store.cluster(named: "paris").agent?.keyID == first.key.keyID)
            let event = try #require(try await hub.store.securityEvents(clusterID: added.id).first)
            #expect(event.event.kind == .tokenReused)
            #expect(event.event.subject == "paris")
            #expect(event.event.detail.contains(thief.key.keyID))
            #expect(!event.event.detail.contains(added.token))
            let seen = try await caller.get(Route.securityEvents.path(query: [("cluster", "paris")]))
                .message(HubAPI.Page<SecurityEventEntry>.self)
            #expect(seen.items.map(\.kind) == ["token-reused"])
        }
    }

    @Test("25 · a used token does not bring an agent another sealing key")
    func otherSealingKey() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("paris").token
            let agent = TestAgent(hub, caller)
            #expect(try await agent.enrol(token: token).status == 200)
            let thief = agent.with(key: agent.key, sealing: SealingKeyPair())
            try await thief.enrol(token: token).problem(.alreadyExists)
            #expect(try await hub.store.cluster(named: "paris").agent?.sealingKey == agent.sealing.publicKey)
            #expect(try await kinds(hub) == [.tokenReused])
            #expect(try await agent.enrol(token: token).status == 200)
        }
    }

    @Test("25 · a token lives for an hour, and never longer than the fleet allows")
    func expiry() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("paris").token
            hub.advance(by: .seconds(3_600))
            try await TestAgent(hub, caller).enrol(token: token).problem(.unauthenticated)
            #expect(try await kinds(hub) == [.tokenExpired])
            let long = try await hub.store.issueToken(cluster: "paris", lifetime: .seconds(86_400 * 365))
            #expect(long.expiresAt == hub.now + .seconds(3_600))
            var store = hub.store
            store.agentPolicy = AgentPolicy(tokenLifetime: .seconds(86_400 * 365))
            #expect(try await store.issueToken(cluster: "paris").expiresAt == hub.now + .seconds(86_400))
        }
    }

    @Test("25 · a token is for the cluster that it names, and for no other")
    func otherName() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("paris").token
            try await caller.addCluster("rome")
            #expect(EnrolRequest.cluster(ofToken: token) == "paris")
            let agent = TestAgent(hub, caller)
            let renamed = token.replacing("paris", with: "rome")
            try await agent.enrol(token: renamed).problem(.unauthenticated)
            let asRome = EnrolRequest(
                token: token,
                cluster: "rome",
                clusterUID: "uid",
                publicKey: agent.key.publicKey,
                sealingKey: agent.sealing.publicKey,
                bootID: "boot",
                agentVersion: "1.0",
                kubernetesVersion: "1.30"
            )
            try await agent.send(.enrol, asRome).problem(.alreadyExists)
            #expect(try await kinds(hub) == [.wrongCluster])
            for name in ["paris", "rome"] { #expect(try await caller.cluster(name).state == .pending) }
            #expect(try await agent.enrol(token: token).status == 200)
        }
    }

    @Test("25 · a recorded enrolment is taken once, on whichever replica it is sent again")
    func replay() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("paris").token
            let agent = TestAgent(hub, caller)
            let request = try agent.signed(.enrol, body: agent.enrolment(token: token).json.serialized())
            #expect(try await agent.send(request).status == 200)
            try await hub.serve { other in
                try await agent.with(caller: other.with(token: nil)).send(request).problem(.unauthenticated)
            }
        }
    }

    @Test("26 · a token opens nothing but the enrolment: on every route it is worth as much as nothing")
    func nothingElse() async throws {
        try await HubTest.with { hub, caller in
            let token = try await caller.addCluster("paris").token
            let nobody = caller.with(token: nil)
            let routes = hub.application.router.routes.filter { $0.path.description != AgentRoute.enrol.path }
            #expect(routes.count > 20)
            for route in routes {
                // What the place-holders stand for exists, so that a door which is open would show.
                let path = route.path.description.replacing("{name}", with: "paris").replacing("{secret}", with: token)
                    .replacing("{file}", with: "timestamp.json")
                    .replacing(/{[a-z]+}/, with: Digest(of: []).hex)
                let body: [UInt8]? = route.method == .get || route.method == .head ? nil : Array("{}".utf8)
                let plain = try await nobody.send(route.method, path, body: body)
                let asBearer = try await caller.with(token: token).send(route.method, path, body: body)
                #expect(asBearer.status == plain.status || asBearer.status == 429, "\(route)")
                // The forms of the sign-in pages refuse whatever no page of the hub has sent.
                let isForm = path.hasPrefix("/auth/")
                #expect(plain.status != 403 || isForm, "\(route) knows somebody in nobody")
                guard path.hasPrefix(AgentRoute.prefix) else { continue }
                #expect(plain.status == 401, "\(route)")
                #expect(try await asKey(token, route.method, path, body ?? [], hub, nobody).status == 401, "\(route)")
            }
            // None of this used it up.
            #expect(try await TestAgent(hub, caller).enrol(token: token).status == 200)
        }
    }

    /// Sends a request that is signed by some key under the token's name.
    private func asKey(
        _ token: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8],
        _ hub: HubTest,
        _ caller: HubCaller
    ) async throws -> HubAnswer {
        var random = SystemRandomNumberGenerator()
        var fields = HTTPFields()
        let signature = try RequestSigner(key: SigningKey(), keyID: token, bootID: "boot").fields(
            for: RequestLine(method: method.rawValue, path: path),
            body: body,
            created: hub.now.seconds,
            nonce: Nonce.make(using: &random)
        )
        for (name, value) in signature { fields[try #require(HTTPField.Name(name))] = value }
        return try await caller.send(method, path, headers: fields, body: body.isEmpty ? nil : body)
    }

    @Test("28 · an agent is who its token says, whatever else it asks to be")
    func fixedProfile() async throws {
        try await HubTest.with { hub, caller in
            let rome = try await TestAgent.enrolled("rome", hub, caller)
            let added = try await caller.addCluster("paris")
            let agent = TestAgent(hub, caller)
            var wish = agent.enrolment(token: added.token).json
            for (member, value) in [
                ("clusterID", rome.clusterID), ("name", "rome"), ("keyID", rome.key.keyID), ("role", "platformAdmin"),
                ("principal", "alice"), ("labels", "prod"),
            ] {
                wish[member] = .string(value)
            }
            let answer = try await agent.send(try agent.signed(.enrol, body: wish.serialized()))
                .message(EnrolResponse.self)
            #expect(answer.cluster == ClusterBinding(name: "paris", id: added.id))
            #expect(answer.keyID == agent.key.keyID)
            #expect(try await hub.store.cluster(named: "rome").agent?.keyID == rome.key.keyID)
            #expect(try await caller.cluster("paris").labels.isEmpty)
        }
    }

    @Test("28 · a key of another cluster, or one for two purposes, is refused at enrolment and at replacement")
    func keysOfOthers() async throws {
        try await HubTest.with { hub, caller in
            let rome = try await TestAgent.enrolled("rome", hub, caller)
            let token = try await caller.addCluster("paris").token
            try await rome.enrol(token: token).problem(.alreadyExists)
            try await TestAgent(hub, caller, sealing: rome.sealing).enrol(token: token).problem(.alreadyExists)
            let key = SigningKey()
            var twice = TestAgent(hub, caller, key: key).enrolment(token: token).json
            twice["sealingKey"] = .string(key.publicKey.base64)
            let signer = TestAgent(hub, caller, key: key)
            try await signer.send(try signer.signed(.enrol, body: twice.serialized())).problem(.invalid)

            let paris = TestAgent(hub, caller)
            #expect(try await paris.enrol(token: token).status == 200)
            let asRome = paris.with(key: rome.key, sealing: SealingKeyPair())
            try await paris.send(.rotate, try paris.rotation(to: asRome)).problem(.alreadyExists)
            let sealedAsRome = paris.with(key: SigningKey(), sealing: rome.sealing)
            try await paris.send(.rotate, try paris.rotation(to: sealedAsRome)).problem(.alreadyExists)
            try await paris.send(.rotate, try paris.rotation(to: paris)).problem(.invalid)
            #expect(try await hub.store.cluster(named: "paris").agent?.keyID == paris.key.keyID)
            #expect(try await hub.store.cluster(named: "rome").agent?.keyID == rome.key.keyID)
        }
    }
}
