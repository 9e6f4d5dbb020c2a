import Bundles
import Concurrency
import HubStore
import Testing

@testable import HubPublisher

@Suite struct FleetTrustTests {
    @Test func `the first hub makes the trust and every later one finds it`() async throws {
        try await withTestHub { hub in
            let again = try await FleetTrust.loadOrCreate(hub.store, now: hub.now)
            #expect(again.root == hub.trust.root)
            #expect(again.signers.all.map(\.key.keyID) == hub.trust.signers.all.map(\.key.keyID))
            #expect(try TrustedState(trusting: again.root, cluster: nil).root.content.version == 1)
        }
    }

    @Test func `every role has a key of its own`() async throws {
        try await withTestHub { hub in
            let keys = hub.trust.signers.all
            #expect(keys.map(\.role) == MetadataRole.allCases)
            #expect(Set(keys.map(\.key.keyID)).count == 4)
        }
    }

    @Test func `keys that the root does not list are not used`() throws {
        let signers = RoleSigners.generated()
        let root = try MetadataSigner(signers).initialRoot(now: 0)
        let keys = signers.all.map { RoleSigningKey(role: $0.role, key: $0.key) }
        let stranger = RoleSigningKey(role: .targets, key: SigningKey())
        let moved = RoleSigningKey(role: .targets, key: signers[.root][0])
        let trust = try FleetTrust(root: root, keys: keys + [stranger, moved], lifetimes: MetadataLifetimes())
        #expect(trust.signers[.targets].map(\.keyID) == signers[.targets].map(\.keyID))
    }

    @Test func `a hub without the root's keys signs no root`() throws {
        let signers = RoleSigners.generated()
        let root = try MetadataSigner(signers).initialRoot(now: 0)
        let online = signers.all.filter { $0.role != .root }.map { RoleSigningKey(role: $0.role, key: $0.key) }
        let trust = try FleetTrust(root: root, keys: online, lifetimes: MetadataLifetimes())
        #expect(try trust.renewedRoot(now: UnixTime(seconds: 300 * 86_400)) == nil)
    }
}
