import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import HubTestSupport
import JSON
import Testing

/// The root of trust is replaced, well or badly.
@Suite struct RootCeremonyTests {
    private func draft(_ roles: [String: TrustChangeRequest.Keys], _ caller: HubCaller) async throws -> HubAnswer {
        try await caller.post(Route.trustDraft.path(), TrustChangeRequest(roles: roles))
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

    @Test("31 · the root's keys are replaced twice: an agent that missed both follows the chain one by one")
    func chain() async throws {
        try await HubTest.with { hub, caller in
            var absent = try await TestAgent.enrolled("paris", hub, caller)
            var present = try await TestAgent.enrolled("rome", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            _ = try await absent.refresh()
            _ = try await present.refresh()
            let (first, second) = (SigningKey(), SigningKey())
            for (holders, key) in [([first], first), ([first, second], second)] {
                let keys = TrustChangeRequest.Keys(keys: [key.publicKey.metadataKey.json], threshold: 1)
                _ = try await draft(["root": keys], caller).message(TrustStatus.self)
                try await sign(with: holders, caller)
                try await hub.renew()
                // Metadata of before and after is taken with the root of before and after.
                #expect(try await present.refresh().revision == 1)
            }
            #expect(present.trust?.root.content.version == 3)
            #expect(absent.trust?.root.content.version == 1)
            _ = try await absent.refresh()
            #expect(absent.trust?.root.content.version == 3)
            #expect(absent.trust?.root.content.signers(of: .root).keys.map(\.self) == [second.keyID])
        }
    }

    @Test("31 · an agent that knows only the old root still takes what is signed while the new one is on its way")
    func overlap() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            let key = SigningKey()
            _ = try await draft(
                ["root": .init(keys: [key.publicKey.metadataKey.json], threshold: 1)],
                caller
            ).message(TrustStatus.self)
            try await hub.commit(put: [.team("b")])
            try await hub.publish()
            #expect(try await agent.refresh().revision == 2)
            #expect(agent.trust?.root.content.version == 1)
            try await sign(with: [key], caller)
            let timestamp = try await agent.send(.metadata(.timestamp, poll: nil))
            var update = TrustUpdate(try #require(agent.trust), now: hub.now.seconds)
            try update.rootsAreCurrent()
            _ = try update.updateTimestamp(timestamp.bytes)
        }
    }

    @Test("11 · a threshold that makes no sense, a key named twice or the hub's own key never become a draft")
    func admission() async throws {
        try await HubTest.with { hub, caller in
            let keys = [SigningKey(), SigningKey()].map(\.publicKey.metadataKey.json)
            let own = try #require(try await hub.store.signingKeys().first { $0.role == .targets })
            for (listed, threshold, word) in [
                (keys, 0, "threshold"), (keys, -1, "threshold"), (keys, 3, "threshold"),
                ([keys[0], keys[0]], 1, "twice"), ([own.key.publicKey.metadataKey.json], 1, "the hub's own"),
                ([["keytype": "ed25519"]], 1, "no Ed25519 key"),
            ] as [([JSONValue], Int, String)] {
                let problem = try await draft(["root": .init(keys: listed, threshold: threshold)], caller)
                    .problem(.invalid)
                #expect(problem.detail.contains(word))
            }
            let elsewhere = try await draft(["timestamp": .init(keys: keys, threshold: 1)], caller).problem(.invalid)
            #expect(elsewhere.detail.contains("timestamp"))
            try await draft(["mirrors": .init()], caller).problem(.invalid)
            let trust = try await caller.get(Route.trust.path()).message(TrustStatus.self)
            #expect(trust.draft == nil)
            #expect(trust.version == 1)
            #expect(try await caller.with(token: nil).get(Route.trust.path()).status == 401)
        }
    }

    @Test("2 · a signature by a stranger, or over another draft, does not count towards the next root")
    func strangers() async throws {
        try await HubTest.with { hub, caller in
            let key = SigningKey()
            let keys = TrustChangeRequest.Keys(keys: [key.publicKey.metadataKey.json], threshold: 1)
            let trust = try await draft(["root": keys], caller).message(TrustStatus.self)
            let root = try TrustedState(trusting: trust.root.serialized(), cluster: nil).root.content
            let file = try #require(trust.draft).file
            let message = try #require(file["signed"]).canonical()
            for signer in [SigningKey(), key] {
                // The second names the right key and signs something else.
                let signature = try signer.keyID == key.keyID ? signer.sign(message + [10]) : signer.sign(message)
                let forged: JSONValue = [
                    "signed": file["signed"] ?? .null,
                    "signatures": [
                        ["keyid": .string(signer.keyID), "sig": .string(Hexadecimal.encode(signature))]
                    ],
                ]
                try await caller.post(Route.trustSignatures.path(), TrustSignatures(file: forged)).problem(.invalid)
            }
            let other = try RootDraft(try root.following(replacing: [:], expires: root.expires), following: root)
            let foreign = TrustSignatures(
                file: try other.signed(
                    with: try #require(
                        try await hub.store.signingKeys().first { $0.role == .root }
                    ).key
                ).file.json
            )
            try await caller.post(Route.trustSignatures.path(), foreign).problem(.invalid)
            #expect(try await caller.get(Route.trust.path()).message(TrustStatus.self).version == 1)
        }
    }
}
