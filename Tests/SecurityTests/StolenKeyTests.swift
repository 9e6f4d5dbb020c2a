import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import ClusterAgent
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import HubTestSupport
import JSON
import Kubernetes
import Testing

/// The hub's keys are stolen, and the people who hold the root's take them away from the thief.
@Suite struct StolenKeyTests {
    private let people = [SigningKey(), SigningKey(), SigningKey()]

    /// Moves the root to people, two of whom must sign.
    private func goOffline(_ caller: HubCaller) async throws {
        let keys = people.map(\.publicKey.metadataKey.json)
        let change = TrustChangeRequest(roles: ["root": .init(keys: keys, threshold: 2)])
        _ = try await caller.post(Route.trustDraft.path(), change).message(TrustStatus.self)
        try await sign(with: [people[0], people[1]], caller)
    }

    private func sign(with keys: [SigningKey], _ caller: HubCaller) async throws {
        for key in keys {
            let trust = try await caller.get(Route.trust.path()).message(TrustStatus.self)
            let root = try TrustedState(trusting: trust.root.serialized(), cluster: nil).root.content
            let draft = try RootDraft(try #require(trust.draft).file.serialized(), following: root)
            let signed = TrustSignatures(file: try draft.signed(with: key).file.json)
            _ = try await caller.post(Route.trustSignatures.path(), signed).message(TrustStatus.self)
        }
    }

    /// The keys that lie in a hub, in the hands of a thief.
    private func steal(from hub: HubTest) async throws -> MetadataSigner {
        var keys: [MetadataRole: [SigningKey]] = [:]
        for stored in try await hub.store.signingKeys() { keys[stored.role, default: []].append(stored.key) }
        return MetadataSigner(RoleSigners(keys))
    }

    private func evil(
        _ agent: TestAgent,
        generation: Int64,
        _ signer: MetadataSigner
    ) throws
        -> MetadataSigner.ClusterMetadata
    {
        let file = try LayerFile([.configMap("evil", in: "kube-system", "mine")])
        let bundle = Bundle(
            cluster: try #require(agent.trust?.cluster),
            generation: generation,
            revision: 1,
            layers: [LayerReference(name: "platform", wave: 1, file: file)],
            removed: []
        )
        return try signer.sign(bundle, timestampVersion: generation, now: agent.hub.now.seconds)
    }

    @Test(
        "21 · stolen online keys: people replace them, agents converge at the next poll, the thief's signature is worthless"
    )
    func stolenOnlineKeys() async throws {
        try await HubTest.with { hub, caller in
            try await goOffline(caller)
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            let honest = try await agent.refresh()
            let thief = try await steal(from: hub)

            // A version beyond the limit is refused as what it is; one just below it is taken, and locks honest ones out.
            let beyond = try evil(agent, generation: 2_000_000, thief)
            #expect(throws: BundleError.self) { try agent.take(beyond) }
            try agent.take(try evil(agent, generation: 900_000, thief))
            let lockedOut = await #expect(throws: BundleError.self) { _ = try await agent.refresh() }
            #expect(lockedOut?.code == .rollback)

            let change = TrustChangeRequest(roles: ["targets": .init(), "snapshot": .init(), "timestamp": .init()])
            _ = try await caller.post(Route.trustDraft.path(), change).message(TrustStatus.self)
            try await sign(with: [people[1], people[2]], caller)
            #expect(try await hub.renew() == 1)

            // The poll of an agent that is far ahead is answered, and its update goes by way of the new root.
            #expect(try await agent.timestamp(after: 900_000, waitSeconds: 0).status == 200)
            // So is that of an agent whose thief hit the very version of the hub's own timestamp.
            let own = try await agent.send(.metadata(.timestamp, poll: nil)).bytes
            let version = try SignedMetadata(parsing: own, name: "timestamp.json")
                .content(TimestampMetadata.self, name: "timestamp.json").version
            func poll(root: Int64) async throws -> Int {
                let poll = AgentRoute.Poll(after: version, waitSeconds: 0, root: root)
                return try await agent.send(.metadata(.timestamp, poll: poll)).status
            }
            #expect(try await poll(root: 2) == 200)
            #expect(try await poll(root: 3) == 304)
            let recovered = try await agent.refresh()
            #expect(recovered.hasSameLayers(as: honest))
            #expect(recovered.generation == honest.generation + 1)
            let again = try evil(agent, generation: recovered.generation + 1, thief)
            let refused = #expect(throws: BundleError.self) { try agent.take(again) }
            #expect(refused?.code == .untrustedKey)
            #expect(try await steal(from: hub).keyIDs.isDisjoint(with: thief.keyIDs))
        }
    }

    @Test("21 · what a team signs itself cannot be forged with the hub's keys; the rest of the bundle is applied")
    func contentKeys() async throws {
        try await AgentWorld.with { world in
            let team = SigningKey()
            let platform = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("p", "1")])
            let signed = ScriptedHub.Layer(name: "team/a", wave: 20, objects: [.configMap("a", "signed")])
            try await world.hub.demandSignature(of: "a", by: team)
            try await world.hub.signContent(of: "a", [signed], with: team)
            try await world.hub.publish([platform, signed])
            try await world.agent {
                try await world.hub.inSync(1)
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "signed")
                var forged = signed
                forged.objects = [.configMap("a", "forged")]
                var next = platform
                next.objects = [.namespace("team-a"), .configMap("p", "2")]
                try await world.hub.publish(asThief: [next, forged], generation: 2)
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "arbitrary")
                try await world.wait(for: .configMap("p"), value: "2")
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "signed")

                // Targets that delegate to a key of the thief's make it no better: the root names the team's.
                try await world.hub.signContent(of: "a", [forged], with: SigningKey(), impostor: true)
                next.objects = [.namespace("team-a"), .configMap("p", "3")]
                try await world.hub.publish(asThief: [next, forged], generation: 3)
                try await world.hub.report { $0.trustError?.code == "untrustedKey" }
                try await world.wait(for: .configMap("p"), value: "3")
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "signed")
            }
        }
    }

    @Test("21 · a team's layer that was never signed is not applied at all, and once it is signed it is")
    func unsignedContent() async throws {
        try await AgentWorld.with { world in
            let team = SigningKey()
            let platform = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("p", "1")])
            let layer = ScriptedHub.Layer(name: "team/a", wave: 20, objects: [.configMap("a", "signed")])
            try await world.hub.demandSignature(of: "a", by: team)
            try await world.hub.publish([platform, layer])
            try await world.agent {
                let report = try await world.hub.report { $0.trustError != nil }
                #expect(report.trustError?.code == "untrustedKey")
                try await world.wait(for: .configMap("p"), value: "1")
                #expect(try await world.find(.configMap("a")) == nil)
                try await world.hub.signContent(of: "a", [layer], with: team)
                try await world.hub.publish([platform, layer])
                try await world.wait(for: .configMap("a"), value: "signed")
                let settled = try await world.hub.inSync(2)
                #expect(settled.trustError == nil)
            }
        }
    }

    @Test("21 · what a team signed and the hub does not have yet is fetched later, without a new bundle")
    func lateContent() async throws {
        try await AgentWorld.with { world in
            let team = SigningKey()
            let platform = ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("p", "1")])
            let layer = ScriptedHub.Layer(name: "team/a", wave: 20, objects: [.configMap("a", "signed")])
            try await world.hub.demandSignature(of: "a", by: team)
            try await world.hub.signContent(of: "a", [layer], with: team)
            await world.hub.withholdContent(of: "a", true)
            try await world.hub.publish([platform, layer])
            try await world.agent {
                try await world.wait(for: .configMap("p"), value: "1")
                try await world.hub.report { $0.trustError?.code == "untrustedKey" }
                #expect(try await world.find(.configMap("a")) == nil)
            }
            // It is not forgotten over a restart either.
            try await world.agent(token: nil) {
                let polls = await world.hub.polls
                try await world.wait { await $0.hub.polls > polls + 1 }
                let reports = await world.hub.reports.count
                await world.hub.withholdContent(of: "a", false)
                try await world.wait(for: .configMap("a"), value: "signed")
                try await world.hub.report(after: reports) { $0.generation == 1 && $0.trustError == nil }
            }
        }
    }

    private static func layer(_ value: String) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a", value)])
    }

    @Test("21 · a thief's timestamp of the far future does not make the root look expired that takes the key away")
    func farFuture() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("honest")])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish(asThief: [Self.layer("evil")], generation: 900_000, now: 250_000_000_000)
                try await world.hub.report { $0.trustError?.code == "freeze" }
                try await world.hub.replaceOnlineKeys()
                try await world.hub.report { $0.generation == 2 && $0.trustError == nil }
                try await world.wait(for: .configMap("a"), value: "honest")
            }
        }
    }

    @Test("5 · an agent that a thief led to an absurd version comes back with the new root, to what the hub wants")
    func recovery() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([Self.layer("honest")])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish(asThief: [Self.layer("evil")], generation: 900_000)
                try await world.wait(for: .configMap("a"), value: "evil")
                try await world.hub.replaceOnlineKeys()
                try await world.wait(for: .configMap("a"), value: "honest")
                try await world.hub.inSync(2)
            }
        }
    }

    @Test("5 · honest targets are applied although the thief used the same generation")
    func sameGeneration() async throws {
        try await AgentWorld.with { world in
            let layer = ScriptedHub.Layer(
                name: "tenancy/a",
                objects: [.namespace("team-a"), .configMap("a", "honest")]
            )
            try await world.hub.publish([layer])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                var evil = layer
                evil.objects = [.namespace("team-a"), .configMap("a", "evil")]
                try await world.hub.publish(asThief: [evil], generation: 2)
                try await world.wait(for: .configMap("a"), value: "evil")
                try await world.hub.replaceOnlineKeys()
                try await world.wait(for: .configMap("a"), value: "honest")
            }
        }
    }
}

extension MetadataSigner {
    /// The ids of the keys that sign a cluster's files.
    fileprivate var keyIDs: Set<String> {
        get throws {
            let bundle = Bundle(
                cluster: ClusterBinding(name: "any", id: "any"),
                generation: 1,
                revision: 1,
                layers: [],
                removed: []
            )
            let files = try sign(bundle, timestampVersion: 1, now: 0)
            return Set(
                try [files.targets, files.snapshot, files.timestamp].flatMap { file in
                    try SignedMetadata(parsing: file, name: "a file").signatures.map(\.keyID)
                }
            )
        }
    }
}
