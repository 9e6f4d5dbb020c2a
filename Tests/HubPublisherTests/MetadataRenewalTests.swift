import Bundles
import Concurrency
import HubStore
import Testing
import Values

@testable import HubPublisher

@Suite struct MetadataRenewalTests {
    @Test func `a timestamp is signed anew before it expires`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            #expect(try await hub.publisher.renewOnce() == 0)

            hub.advance(by: .seconds(13 * 3600))
            #expect(try await hub.publisher.renewOnce() == 1)
            #expect(try await hub.publisher.renewOnce() == 0)
            hub.advance(by: .seconds(23 * 3600))
            #expect(try await agent.refresh(from: hub) == before)
            #expect(agent.trust.timestamp?.content.version == 2)
        }
    }

    @Test func `a hub that signs nothing looks frozen`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            hub.advance(by: .seconds(25 * 3600))
            let now = hub.now.seconds
            await #expect {
                _ = try await agent.refresh(from: hub)
            } throws: { error in
                (error as? BundleError)?.code == .freeze && now > 0
            }
        }
    }

    @Test func `targets that expire are published again as they are`() async throws {
        try await withTestHub { hub in
            let revision = try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            hub.advance(by: .seconds(4 * 86_400))
            #expect(try await hub.publisher.renewOnce() == 1)
            let after = try await agent.refresh(from: hub)
            #expect(after.hasSameLayers(as: before))
            #expect(after.generation == 2)
            #expect(after.revision == revision)
            #expect(try await agent.objects(of: after, from: hub).isEmpty == false)
            #expect(try await hub.publisher.publishOnce() == 0)
        }
    }

    @Test func `the root is signed anew in its second half-year, and agents follow it`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            hub.advance(by: .seconds(200 * 86_400))
            try await hub.publisher.publishOnce()
            try await hub.publisher.renewOnce()
            try await hub.publisher.renewOnce()
            #expect(try await hub.store.roots().map(\.version) == [1, 2])
            hub.advance(by: .seconds(200 * 86_400))
            try await hub.publisher.renewOnce()
            _ = try await agent.refresh(from: hub)
            #expect(agent.trust.root.content.version == 3)
        }
    }
}
