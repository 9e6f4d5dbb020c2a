import JSON
import Testing

@testable import Bundles

@Suite struct TrustUpdateTests {
    private let now = TestFleet.now

    @Test func `a first update ends with the whole bundle`() throws {
        let fleet = try TestFleet()
        let bundle = try fleet.bundle(generation: 1)
        let metadata = try fleet.metadata(bundle)
        var update = TrustUpdate(try fleet.state(), now: now)

        #expect(update.next == .root(version: 2, maximumBytes: 512 * 1024))
        try update.rootsAreCurrent()
        #expect(update.next == .timestamp(maximumBytes: 16 * 1024))
        #expect(try update.updateTimestamp(metadata.timestamp))
        #expect(update.next == .snapshot(version: 1, maximumBytes: metadata.snapshot.count))
        try update.updateSnapshot(metadata.snapshot)
        #expect(update.next == .targets(version: 1, maximumBytes: metadata.targets.count))
        try update.updateTargets(metadata.targets)
        #expect(update.next == .done)
        #expect(update.state.isComplete)
        #expect(try update.state.bundle() == bundle)
    }

    @Test func `the same timestamp again is no news and no fault`() throws {
        let fleet = try TestFleet()
        let metadata = try fleet.metadata(try fleet.bundle(generation: 1))
        var update = TrustUpdate(try fleet.state(after: metadata), now: now)
        try update.rootsAreCurrent()
        #expect(try update.updateTimestamp(metadata.timestamp) == false)
        #expect(update.next == .done)
    }

    @Test func `a newer timestamp for the same snapshot needs no other file`() throws {
        let fleet = try TestFleet()
        let bundle = try fleet.bundle(generation: 1)
        let metadata = try fleet.metadata(bundle)
        let resigned = try MetadataSigner(fleet.signers).timestamp(
            cluster: fleet.cluster,
            snapshot: MetadataFile(version: 1, bytes: metadata.snapshot),
            version: 2,
            now: now + 3600
        )
        var update = TrustUpdate(try fleet.state(after: metadata), now: now + 3600)
        try update.rootsAreCurrent()
        #expect(try update.updateTimestamp(resigned))
        #expect(update.next == .done)
    }

    @Test func `a fresh timestamp does not keep expired layers alive`() throws {
        let fleet = try TestFleet()
        let metadata = try fleet.metadata(try fleet.bundle(generation: 1))
        let late = now + 8 * MetadataTime.day
        let resigned = try MetadataSigner(fleet.signers).timestamp(
            cluster: fleet.cluster,
            snapshot: MetadataFile(version: 1, bytes: metadata.snapshot),
            version: 2,
            now: late
        )
        var update = TrustUpdate(try fleet.state(after: metadata), now: late)
        try update.rootsAreCurrent()
        #expect(code { _ = try update.updateTimestamp(resigned) } == .freeze)
    }

    @Test func `an update that was cut off goes on where it stopped`() throws {
        let fleet = try TestFleet()
        let metadata = try fleet.metadata(try fleet.bundle(generation: 1))
        var first = TrustUpdate(try fleet.state(), now: now)
        try first.rootsAreCurrent()
        _ = try first.updateTimestamp(metadata.timestamp)

        var second = TrustUpdate(try TrustedState(restoring: first.state.serialized()), now: now)
        try second.rootsAreCurrent()
        #expect(try second.updateTimestamp(metadata.timestamp) == false)
        #expect(second.next == .snapshot(version: 1, maximumBytes: metadata.snapshot.count))
        try second.updateSnapshot(metadata.snapshot)
        try second.updateTargets(metadata.targets)
        #expect(second.next == .done)
    }

    @Test func `a deliberate return to old layers is a new generation and is taken`() throws {
        let fleet = try TestFleet()
        let first = fleet.bundle(layers: [try fleet.layer(text: "old")])
        let second = fleet.bundle(following: first, revision: 8, layers: [try fleet.layer(text: "new")])
        let third = fleet.bundle(following: second, revision: 7, layers: first.layers)
        var update = TrustUpdate(try fleet.state(after: try fleet.metadata(second)), now: now)
        try update.take(try fleet.metadata(third))
        #expect(try update.state.bundle()?.layers == first.layers)
        #expect(try update.state.bundle()?.generation == 3)
    }

    @Test func `steps out of order are refused`() throws {
        let fleet = try TestFleet()
        let metadata = try fleet.metadata(try fleet.bundle(generation: 1))
        var update = TrustUpdate(try fleet.state(), now: now)
        #expect(code { _ = try update.updateTimestamp(metadata.timestamp) } == .outOfOrder)
        #expect(code { try update.updateSnapshot(metadata.snapshot) } == .outOfOrder)
        #expect(code { try update.updateTargets(metadata.targets) } == .outOfOrder)
        try update.rootsAreCurrent()
        #expect(code { try update.updateRoot(fleet.root) } == .outOfOrder)
        _ = try update.updateTimestamp(metadata.timestamp)
        #expect(code { try update.updateTargets(metadata.targets) } == .outOfOrder)
    }

    @Test func `a step that fails changes nothing`() throws {
        let fleet = try TestFleet()
        let first = try fleet.metadata(try fleet.bundle(generation: 1))
        let state = try fleet.state(after: first)
        var update = TrustUpdate(state, now: now)
        try update.rootsAreCurrent()
        let second = try fleet.metadata(try fleet.bundle(generation: 2))
        let changed = try tampered(second.timestamp) { $0["version"] = 3 }
        #expect(code { _ = try update.updateTimestamp(changed) } == .arbitrary)
        #expect(update.state == state)
    }
}
