import JSON
import Testing

@testable import Bundles

@Suite struct TrustedStateTests {
    @Test func `it survives being stored`() throws {
        let fleet = try TestFleet()
        let state = try fleet.state(after: try fleet.metadata(try fleet.bundle(generation: 3)))
        #expect(try TrustedState(restoring: state.serialized()) == state)
        let fresh = try fleet.state()
        #expect(try TrustedState(restoring: fresh.serialized()) == fresh)
    }

    @Test func `a torn or changed file is noticed at every byte`() throws {
        let fleet = try TestFleet()
        let stored = try fleet.state(after: try fleet.metadata(try fleet.bundle(generation: 3))).serialized()
        for length in stride(from: 0, to: stored.count, by: 97) {
            #expect(code { _ = try TrustedState(restoring: Array(stored.prefix(length))) } == .malformed)
        }
        for index in stride(from: 0, to: stored.count, by: 97) {
            var changed = stored
            changed[index] ^= 4
            #expect(code { _ = try TrustedState(restoring: changed) } == .malformed)
        }
    }

    @Test func `its expiry is that of the file that expires first`() throws {
        let fleet = try TestFleet()
        let state = try fleet.state(after: try fleet.metadata(try fleet.bundle(generation: 3)))
        #expect(state.expires == TestFleet.now + MetadataTime.day)
    }

    @Test func `a root that is not signed by its own keys is not trusted`() throws {
        let fleet = try TestFleet()
        let changed = try tampered(fleet.root) { $0["version"] = 2 }
        #expect(code { _ = try TrustedState(trusting: changed, cluster: nil) } == .arbitrary)
        let stranger = try SignedMetadata(signing: fleet.rootMetadata(version: 1), with: [SigningKey()]).bytes
        #expect(code { _ = try TrustedState(trusting: stranger, cluster: nil) } == .untrustedKey)
    }
}
