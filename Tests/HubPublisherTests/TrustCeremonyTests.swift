import Bundles
import Concurrency
import HubStore
import Testing
import Values

@testable import HubPublisher

@Suite struct TrustCeremonyTests {
    private let people = [SigningKey(), SigningKey(), SigningKey()]

    private func ceremony(_ hub: TestHub) -> TrustCeremony {
        TrustCeremony(store: hub.store, clock: { hub.now })
    }

    /// Moves the root to people, two of whom must sign.
    private func goOffline(_ hub: TestHub) async throws {
        let ceremony = ceremony(hub)
        try await ceremony.draft(
            TrustChange(roles: [.root: .people(keys: people.map(\.publicKey), threshold: 2)]),
            by: "alice"
        )
        try await sign(with: people[0], ceremony)
        try await sign(with: people[1], ceremony)
    }

    private func sign(with key: SigningKey, _ ceremony: TrustCeremony) async throws {
        let draft = try #require(try await ceremony.overview().draft).draft
        // As on a machine of its own: with one signature only.
        let bare = try RootDraft(draft.next, following: draft.current)
        try await ceremony.sign(try bare.signed(with: key).file)
    }

    @Test func `a hub that holds the root's keys rotates in one step, and every cluster is signed anew`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            let old = hub.trust.signers[.timestamp][0].keyID
            try await ceremony(hub).draft(
                TrustChange(roles: [.timestamp: .hub, .snapshot: .hub, .targets: .hub]),
                by: "alice"
            )
            #expect(try await ceremony(hub).overview().draft == nil)
            #expect(try await !hub.store.signingKeys().map(\.key.keyID).contains(old))
            #expect(try await hub.publisher.renewOnce() == 1)
            #expect(try await hub.publisher.renewOnce() == 0)
            let after = try await agent.refresh(from: hub)
            #expect(agent.trust.root.content.version == 2)
            #expect(after.hasSameLayers(as: before))
            #expect(after.generation == before.generation + 1)
            // A commit afterwards is signed by the new keys too.
            try await hub.commit(put: [.team("b")])
            try await hub.publisher.publishOnce()
            #expect(try await agent.refresh(from: hub).generation == before.generation + 2)
        }
    }

    @Test func `when only the timestamp's key changes, the layers' generation stays`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            try await ceremony(hub).draft(TrustChange(roles: [.timestamp: .hub]), by: "alice")
            #expect(try await hub.publisher.renewOnce() == 1)
            #expect(try await agent.refresh(from: hub) == before)
        }
    }

    @Test func `people's signatures are collected until there are enough, then the hub's key is gone`() async throws {
        try await withTestHub { hub in
            let ceremony = ceremony(hub)
            let own = hub.trust.signers[.root][0].keyID
            try await ceremony.draft(
                TrustChange(roles: [.root: .people(keys: people.map(\.publicKey), threshold: 2)]),
                by: "alice"
            )
            var overview = try await ceremony.overview()
            #expect(overview.root.version == 1)
            #expect(overview.draft?.stored.author == "alice")
            #expect(overview.draft?.draft.approvals.map(\.isReached) == [true, false])
            try await sign(with: people[0], ceremony)
            try await sign(with: people[0], ceremony)
            #expect(try await ceremony.overview().draft?.draft.approvals[1].signed == [people[0].keyID])
            try await sign(with: people[2], ceremony)
            overview = try await ceremony.overview()
            #expect(overview.draft == nil)
            #expect(overview.root.version == 2)
            #expect(overview.root.threshold(of: .root) == 2)
            #expect(try await !hub.store.signingKeys().map(\.key.keyID).contains(own))
            #expect(Set(overview.held) == Set(hub.trust.signers.all.map(\.key.keyID)).subtracting([own]))
        }
    }

    @Test func `two people who sign in the same moment both count`() async throws {
        try await withTestHub { hub in
            let ceremony = ceremony(hub)
            try await ceremony.draft(
                TrustChange(roles: [.root: .people(keys: people.map(\.publicKey), threshold: 3)]),
                by: "alice"
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for key in people { group.addTask { try await sign(with: key, ceremony) } }
                try await group.waitForAll()
            }
            #expect(try await ceremony.overview().root.version == 2)
        }
    }

    @Test func `a new online key waits for people's signatures and is used by every replica afterwards`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            let replica = try await hub.replica()
            try await hub.publisher.publishOnce()
            try await goOffline(hub)
            let ceremony = ceremony(hub)
            try await ceremony.draft(TrustChange(roles: [.timestamp: .hub]), by: "bob")
            let fresh = try #require(try await ceremony.overview().draft).draft.next.signers(of: .timestamp)
            _ = try await replica.renewOnce()
            _ = try await agent.refresh(from: hub)
            #expect(agent.trust.root.content.signers(of: .timestamp) != fresh)
            try await sign(with: people[1], ceremony)
            try await sign(with: people[2], ceremony)
            #expect(try await replica.renewOnce() == 1)
            _ = try await agent.refresh(from: hub)
            #expect(agent.trust.root.content.version == 3)
            #expect(agent.trust.root.content.signers(of: .timestamp) == fresh)
            try await hub.commit(put: [.team("b")])
            #expect(try await hub.publisher.publishOnce() == 1)
            _ = try await agent.refresh(from: hub)
        }
    }

    @Test func `a replica that has not heard of the new root cannot publish with the old keys`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            _ = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let state = try #require(try await hub.store.publicationStates(stale: false).first)
            try await ceremony(hub).draft(TrustChange(roles: [.targets: .hub]), by: "alice")
            let targets = try #require(try await hub.store.targets(of: state.cluster))
            let bundle = try Bundle(targets.content)
            let late = try Publication(
                repeating: bundle.repeated(with: bundle.directives),
                after: state,
                trust: hub.trust,
                content: .none,
                timestampVersion: state.timestampVersion + 1,
                now: hub.now.seconds,
                audit: nil
            )
            let error = await #expect(throws: StoreError.self) { try await hub.store.publish(late) }
            #expect(error?.code == .stale)
        }
    }

    @Test func `one draft at a time; a discarded one leaves no key behind`() async throws {
        try await withTestHub { hub in
            try await goOffline(hub)
            let ceremony = ceremony(hub)
            let keys = try await hub.store.signingKeys().map(\.key.keyID)
            try await ceremony.draft(TrustChange(roles: [.snapshot: .hub]), by: "alice")
            #expect(try await hub.store.signingKeys().count == keys.count + 1)
            let second = await #expect(throws: StoreError.self) { try await ceremony.draft(TrustChange(), by: "bob") }
            #expect(second?.code == .alreadyExists)
            try await ceremony.discard()
            #expect(try await hub.store.signingKeys().map(\.key.keyID) == keys)
            let nothing = await #expect(throws: StoreError.self) { try await ceremony.discard() }
            #expect(nothing?.code == .notFound)
        }
    }

    @Test func `whoever discards a draft by an older root than the newest leaves every key`() async throws {
        try await withTestHub { hub in
            try await goOffline(hub)
            let ceremony = ceremony(hub)
            let root = try await ceremony.overview().root.version
            try await ceremony.draft(TrustChange(roles: [.snapshot: .hub]), by: "alice")
            let keys = try await hub.store.signingKeys().map(\.key.keyID)
            let error = await #expect(throws: StoreError.self) {
                try await hub.store.discardRootDraft(following: root - 1, keeping: [])
            }
            #expect(error?.code == .stale)
            #expect(try await hub.store.signingKeys().map(\.key.keyID) == keys)
            #expect(try await ceremony.overview().draft != nil)
        }
    }

    @Test func `the hub does not renew a root while people sign its successor`() async throws {
        try await withTestHub { hub in
            let ceremony = ceremony(hub)
            try await ceremony.draft(
                TrustChange(roles: [.root: .people(keys: people.map(\.publicKey), threshold: 1)]),
                by: "alice"
            )
            hub.advance(by: .seconds(200 * 86_400))
            try await hub.publisher.renewOnce()
            #expect(try await ceremony.overview().root.version == 1)
            try await sign(with: people[0], ceremony)
            #expect(try await ceremony.overview().root.version == 2)
        }
    }
}
