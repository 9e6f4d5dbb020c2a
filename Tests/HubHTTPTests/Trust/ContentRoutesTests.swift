import AgentProtocol
import Bundles
import HubAPI
import HubTestSupport
import JSON
import Testing
import Values

@testable import HubHTTP
import HubStore

/// Teams that sign their layers, over the API.
@Suite struct ContentRoutesTests {
    private let key = SigningKey()

    /// A hub with one cluster and the teams `red` and `blue`, the layers of `red` waiting for its key.
    private func with(
        _ body: @escaping @Sendable (HubTest, _ admin: HubCaller, _ agent: TestAgent) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, admin in
            let agent = try await TestAgent.enrolled("paris", hub, admin)
            try await hub.commit(put: [.team("red"), .team("blue"), .service("shop", team: "red")])
            let keys = TrustChangeRequest.Keys(keys: [key.publicKey.metadataKey.json])
            let change = TrustChangeRequest(content: ["red": keys])
            #expect(try await admin.post(Route.trustDraft.path(), change).status == 200)
            try await hub.publish()
            try await body(hub, admin, agent)
        }
    }

    private func content(_ caller: HubCaller) async throws -> ContentStatus {
        try await caller.get(Route.teamContent.path("red")).message()
    }

    private func signatures(_ content: ContentStatus, _ key: SigningKey) throws -> TrustSignatures {
        let keys = try ContentKeys([key.publicKey], threshold: 1, team: "red")
        let draft = try ContentDraft(try #require(content.draft).serialized(), team: "red", keys: keys)
        return TrustSignatures(file: try draft.signed(with: key).file.json)
    }

    @Test func `a team's admin signs what waits, and its clusters get it`() async throws {
        try await with { hub, admin, agent in
            let lead = admin.with(token: try await hub.token("lead", try #require(.team("red", .teamAdmin))))
            let waiting = try await content(lead)
            #expect(waiting.pending.map(\.clusters) == [["paris"]])
            let digest = try #require(waiting.pending.first?.digest)
            let layer = try await lead.get(Route.teamContentLayer.path("red", digest))
            #expect(Digest(of: layer.bytes).hex == digest)
            let fleet: FleetStatus = try await lead.get(Route.status.path()).message()
            #expect(fleet.unsigned == [UnsignedContent(team: "red", clusters: ["paris"])])

            var cluster = agent
            #expect(try await !cluster.refresh().layers.contains { $0.name == "team/red" })
            let path = Route.teamContentSignatures.path("red")
            let after: ContentStatus = try await lead.post(path, signatures(waiting, key)).message()
            #expect(after.pending.isEmpty && after.draft == nil)
            try await hub.publish()
            #expect(try await cluster.refresh().layers.contains { $0.name == "team/red" && $0.digest.hex == digest })
            #expect(try await content(lead).pending.isEmpty)
            let records = try await hub.store.auditRecords(AuditFilter(actor: "lead"))
            #expect(records.map(\.action) == ["signTeamContent"])
        }
    }

    @Test func `members look on, other teams do not exist, and a stranger's signature is refused`() async throws {
        try await with { hub, admin, _ in
            let member = admin.with(token: try await hub.token("member", try #require(.team("red", .teamMember))))
            let other = admin.with(token: try await hub.token("other", try #require(.team("blue", .teamAdmin))))
            let waiting = try await content(member)
            let path = Route.teamContentSignatures.path("red")
            try await member.post(path, signatures(waiting, key)).problem(.forbidden)
            try await other.post(path, signatures(waiting, key)).problem(.notFound)
            try await other.get(Route.teamContent.path("red")).problem(.notFound)
            let digest = try #require(waiting.pending.first?.digest)
            try await other.get(Route.teamContentLayer.path("red", digest)).problem(.notFound)
            let fleet: FleetStatus = try await other.get(Route.status.path()).message()
            #expect(fleet.unsigned.isEmpty)
            try await admin.post(path, signatures(waiting, SigningKey())).problem(.invalid)
            let unknown = Digest(of: Array("another".utf8)).hex
            try await admin.get(Route.teamContentLayer.path("red", unknown)).problem(.notFound)
            #expect(try await content(admin).pending == waiting.pending)
        }
    }

    @Test func `a parcel carries what a team has signed, and not again`() async throws {
        try await with { hub, admin, agent in
            var cluster = agent
            let first = try await cluster.refresh().generation
            let root = try #require(cluster.trust?.root.content.version)
            _ = try await admin.post(Route.teamContentSignatures.path("red"), signatures(try await content(admin), key))
            try await hub.publish()
            let name = Parcel.Name.metadata(.delegated(role: TeamContent.role(of: "red"), version: 1))
            var poll = AgentRoute.Poll(after: 0, waitSeconds: 0, root: root, generation: first)
            let signed = try Parcel(parsing: try await agent.send(.metadata(.timestamp, poll: poll)).bytes)
            let next = try await cluster.refresh()
            #expect(signed[name] != nil)
            #expect(signed[.metadata(.targets(version: next.generation))] != nil)
            #expect(next.layers.contains { $0.name == "team/red" && signed.layers[$0.digest] != nil })

            try await hub.commit(put: [.team("green")])
            try await hub.publish()
            poll = AgentRoute.Poll(after: 0, waitSeconds: 0, root: root, generation: next.generation)
            let later = try Parcel(parsing: try await agent.send(.metadata(.timestamp, poll: poll)).bytes)
            #expect(later[.metadata(.targets(version: next.generation + 1))] != nil)
            #expect(later[name] == nil)
        }
    }
}
