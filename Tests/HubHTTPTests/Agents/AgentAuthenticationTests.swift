import HubTestSupport
import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct AgentAuthenticationTests {
    private static let timestamp = AgentRoute.metadata(.timestamp, poll: nil)

    /// What somebody on the way could do to a signed report.
    enum Tampering: String, CaseIterable, Sendable {
        case noSignature, noInput, noDigest, otherBody, otherDigest, otherPath, addedQuery, otherKey

        func apply(to request: inout TestAgent.SignedRequest) throws {
            let digest = try #require(HTTPField.Name(ContentDigest.fieldName))
            let input = try #require(HTTPField.Name("signature-input"))
            switch self {
            case .noSignature: request.fields[try #require(HTTPField.Name("signature"))] = nil
            case .noInput: request.fields[input] = nil
            case .noDigest: request.fields[digest] = nil
            case .otherBody: request.body = Array(#"{"state":"inSync"}"#.utf8)
            case .otherDigest:
                request.body = Array(#"{"state":"inSync"}"#.utf8)
                request.fields[digest] = ContentDigest.field(of: request.body)
            case .otherPath: request.target = AgentRoute.rotate.path
            case .addedQuery: request.target += "?as=another"
            case .otherKey:
                let text = request.fields[input]?.split(separator: ";").map {
                    $0.hasPrefix("keyid=") ? "keyid=\"\(SigningKey().keyID)\"" : String($0)
                }
                request.fields[input] = text?.joined(separator: ";")
            }
        }
    }

    @Test(arguments: Tampering.allCases)
    func `a request that was tampered with is refused and changes nothing`(tampering: Tampering) async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let report = Report(
                bootID: "boot",
                sequence: 1,
                generation: 1,
                revision: 1,
                state: .inSync,
                versions: Versions(agent: "1.0", kubernetes: "1.30"),
                observedAt: hub.now.milliseconds
            )
            var request = try agent.signed(.report, body: report.json.serialized())
            try tampering.apply(to: &request)
            try await agent.send(request).problem(.unauthenticated)
            #expect(try await hub.store.cluster(named: "demo").report == nil)
        }
    }

    @Test(arguments: [timestamp, .report, .rotate, .layer(Digest(of: []))])
    func `an unsigned request is refused, also with a person's token`(route: AgentRoute) async throws {
        try await HubTest.with { _, caller in
            let method = try #require(HTTPRequest.Method(route.method))
            try await caller.with(token: nil).send(method, route.target).problem(.unauthenticated)
            try await caller.send(method, route.target).problem(.unauthenticated)
        }
    }

    @Test func `a recorded request cannot be sent again`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let request = try agent.signed(Self.timestamp)
            #expect(try await agent.send(request).status == 404)
            try await agent.send(request).problem(.unauthenticated)
            hub.advance(by: .seconds(299))
            try await agent.send(request).problem(.unauthenticated)
            #expect(try await agent.send(Self.timestamp).status == 404)
        }
    }

    @Test(arguments: [Duration.seconds(301), .seconds(-301)])
    func `a request from outside the window is refused`(drift: Duration) async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let request = try agent.signed(Self.timestamp)
            hub.advance(by: drift)
            try await agent.send(request).problem(.unauthenticated)
        }
    }

    @Test func `a key that no agent has is refused`() async throws {
        try await HubTest.with { hub, caller in
            try await TestAgent(hub, caller).send(Self.timestamp).problem(.unauthenticated)
        }
    }

    @Test func `an agent is refused from the moment its cluster is revoked or removed`() async throws {
        try await HubTest.with { hub, caller in
            let revoked = try await TestAgent.enrolled("revoked", hub, caller)
            let removed = try await TestAgent.enrolled("removed", hub, caller)
            #expect(try await revoked.send(Self.timestamp).status == 404)
            try await hub.store.revokeCluster(named: "revoked")
            try await revoked.send(Self.timestamp).problem(.unauthenticated)
            #expect(try await caller.delete(Route.cluster.path("removed")).status == 204)
            try await removed.send(Self.timestamp).problem(.forbidden)
        }
    }

    @Test func `an agent's key opens nothing that is for people`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            var request = try agent.signed(Self.timestamp)
            request.target = Route.status.path()
            try await agent.send(request).problem(.unauthenticated)
        }
    }

    @Test func `refusals are counted by their reason, and the asker is not told it`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let request = try agent.signed(Self.timestamp)
            _ = try await agent.send(request)
            let problem = try await agent.send(request).problem(.unauthenticated)
            #expect(!problem.detail.contains("nonce"))
            let metrics = try await caller.get("/metrics").text
            #expect(metrics.contains("otomi_hub_agent_refusals_total{reason=\"replayed\"} 1"))
        }
    }
}
