import Bundles
import Concurrency
import HubStore
import JSON
import Testing
import Values

@testable import HubPublisher

@Suite struct ContentCeremonyTests {
    private let key = SigningKey()

    private func pin(_ hub: TestHub, _ keys: [SigningKey], threshold: Int = 1) async throws {
        try await TrustCeremony(store: hub.store, clock: { hub.now }).draft(
            TrustChange(content: ["a": try ContentKeys(keys.map(\.publicKey), threshold: threshold, team: "a")]),
            by: "alice"
        )
    }

    private func ceremony(_ hub: TestHub) -> ContentCeremony { ContentCeremony(store: hub.store, clock: { hub.now }) }

    private func sign(_ hub: TestHub, with key: SigningKey) async throws {
        let draft = try #require(try await ceremony(hub).overview(of: "a").draft)
        try await ceremony(hub).sign(try draft.signed(with: key).file, for: "a")
    }

    @Test func `an unsigned layer waits while everything else goes out, and goes out when its team has signed`()
        async throws
    {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            try await hub.commit(put: [.team("a"), .team("b"), .job("j", team: "a"), .job("j", team: "b")])
            try await pin(hub, [key])
            try await hub.publisher.publishOnce()
            let first = try await agent.refresh(from: hub)
            #expect(!first.layers.contains { $0.name == "team/a" })
            #expect(first.layers.contains { $0.name == "team/b" })
            #expect(first.removed.isEmpty)
            let waiting = try await ceremony(hub).overview(of: "a").pending
            #expect(waiting.map(\.clusters) == [["one"]])
            hub.advance(by: .seconds(7200))
            #expect(try await hub.store.clearLayers() == 0)

            try await sign(hub, with: key)
            #expect(try await hub.publisher.publishOnce() == 1)
            let second = try await agent.refresh(from: hub)
            let layer = try #require(second.layers.first { $0.name == "team/a" })
            #expect(try await ceremony(hub).overview(of: "a").pending.isEmpty)
            #expect(try await ceremony(hub).overview(of: "a").draft == nil)
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
            #expect(try await agent.objects(of: layer, from: hub).contains { $0["kind"] == "Job" })

            // A change waits again; what was signed stays out meanwhile, other teams do not wait.
            try await hub.commit(put: [.job("j", team: "a", script: "new"), .job("j", team: "b", script: "new")])
            try await hub.publisher.publishOnce()
            let third = try await agent.refresh(from: hub)
            #expect(third.layers.first { $0.name == "team/a" } == layer)
            #expect(third.layers.first { $0.name == "team/b" } != second.layers.first { $0.name == "team/b" })
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
            try await sign(hub, with: key)
            try await hub.publisher.publishOnce()
            let fourth = try await agent.refresh(from: hub)
            let changed = try #require(fourth.layers.first { $0.name == "team/a" })
            #expect(changed != layer)
            #expect(agent.trust.contentFault(of: changed, now: hub.now.seconds) == nil)
            // Renewal keeps what teams signed in the metadata.
            hub.advance(by: .seconds(4 * 86_400))
            #expect(try await hub.publisher.renewOnce() == 1)
            _ = try await agent.refresh(from: hub)
            #expect(agent.trust.contentFault(of: changed, now: hub.now.seconds) == nil)
        }
    }

    @Test func `with a threshold the signatures are collected`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            let second = SigningKey()
            try await hub.commit(put: [.team("a"), .job("j", team: "a")])
            try await pin(hub, [key, second], threshold: 2)
            try await hub.publisher.publishOnce()
            try await sign(hub, with: key)
            #expect(try await hub.publisher.publishOnce() == 0)
            #expect(try await ceremony(hub).overview(of: "a").draft?.signed == [key.keyID])
            let stranger = await #expect(throws: (any Error).self) { try await sign(hub, with: SigningKey()) }
            #expect(stranger is BundleError)
            try await sign(hub, with: second)
            #expect(try await hub.publisher.publishOnce() == 1)
            let bundle = try await agent.refresh(from: hub)
            #expect(bundle.layers.contains { $0.name == "team/a" })
        }
    }

    @Test func `a team that begins to sign signs what it has, without a change`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            try await hub.commit(put: [.team("a"), .job("j", team: "a")])
            try await hub.publisher.publishOnce()
            let layer = try #require(try await agent.refresh(from: hub).layers.first { $0.name == "team/a" })
            try await pin(hub, [key])
            try await hub.publisher.publishOnce()
            #expect(try await ceremony(hub).overview(of: "a").pending.map(\.layer.digest) == [layer.digest])
            try await sign(hub, with: key)
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).layers.contains(layer))
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
            // Half a year later it signs the same again.
            hub.advance(by: .seconds(190 * 86_400))
            try await sign(hub, with: key)
            try await hub.publisher.renewOnce()
            try await hub.publisher.publishOnce()
            hub.advance(by: .seconds(190 * 86_400))
            try await hub.publisher.renewOnce()
            _ = try await agent.refresh(from: hub)
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
        }
    }

    @Test func `what a team's former key signed is asked for again, and stays out meanwhile`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            try await hub.commit(put: [.team("a"), .job("j", team: "a")])
            try await pin(hub, [key])
            try await hub.publisher.publishOnce()
            try await sign(hub, with: key)
            try await hub.publisher.publishOnce()
            let layer = try #require(try await agent.refresh(from: hub).layers.first { $0.name == "team/a" })

            // Nothing but the keys changes.
            let next = SigningKey()
            try await pin(hub, [next])
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).layers.contains(layer))
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds)?.code == .untrustedKey)
            let overview = try await ceremony(hub).overview(of: "a")
            #expect(overview.draft?.layers.keys.contains(layer.digest) == true)
            await #expect(throws: (any Error).self) { try await sign(hub, with: key) }
            try await sign(hub, with: next)
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).layers.contains(layer))
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
        }
    }

    @Test func `a list of layers that do not wait, or a team without content keys, is refused`() async throws {
        try await withTestHub { hub in
            _ = try await hub.enrolled("one")
            try await hub.commit(put: [.team("a"), .job("j", team: "a")])
            try await pin(hub, [key])
            try await hub.publisher.publishOnce()
            let overview = try await ceremony(hub).overview(of: "a")
            let more = try ContentDraft(
                team: "a",
                keys: overview.keys,
                version: 1,
                expires: hub.now.seconds + 60,
                layers: [Digest(of: [6, 6, 6]): 3]
            ).signed(with: key)
            let refused = await #expect(throws: StoreError.self) { try await ceremony(hub).sign(more.file, for: "a") }
            #expect(refused?.code == .invalid)
            let unknown = await #expect(throws: StoreError.self) { try await ceremony(hub).overview(of: "b") }
            #expect(unknown?.code == .notFound)
            #expect(try await ceremony(hub).layer(Digest(of: [6, 6, 6]), of: "a") == nil)
        }
    }

    @Test func `a team that needs not sign any more gets what it wants, and clients follow`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            try await hub.commit(put: [.team("a"), .job("j", team: "a")])
            try await pin(hub, [key])
            try await hub.publisher.publishOnce()
            try await sign(hub, with: key)
            try await hub.publisher.publishOnce()
            _ = try await agent.refresh(from: hub)
            try await TrustCeremony(store: hub.store, clock: { hub.now }).draft(
                TrustChange(content: ["a": nil]),
                by: "alice"
            )
            try await hub.commit(put: [.job("j", team: "a", script: "new")])
            try await hub.publisher.publishOnce()
            try await hub.publisher.renewOnce()
            let bundle = try await agent.refresh(from: hub)
            let layer = try #require(bundle.layers.first { $0.name == "team/a" })
            #expect(try await agent.objects(of: layer, from: hub).description.contains("new"))
            #expect(agent.trust.contentFault(of: layer, now: hub.now.seconds) == nil)
        }
    }
}
