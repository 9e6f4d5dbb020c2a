import JSON
import Testing

@testable import Bundles

@Suite struct BundleTests {
    private let fleet: TestFleet

    init() throws {
        fleet = try TestFleet()
    }

    @Test func `layers stand by wave, then by name`() throws {
        let bundle = fleet.bundle(layers: [
            try fleet.layer("team/b", wave: 3), try fleet.layer("platform", wave: 1),
            try fleet.layer("team/a", wave: 3),
            try fleet.layer("crds", wave: 0),
        ])
        #expect(bundle.layers.map(\.name) == ["crds", "platform", "team/a", "team/b"])
    }

    @Test func `a removed layer stays listed until it comes back`() throws {
        let both = fleet.bundle(layers: [try fleet.layer("a", wave: 0), try fleet.layer("b", wave: 0)])
        let one = fleet.bundle(following: both, layers: [try fleet.layer("a", wave: 0)])
        let same = fleet.bundle(following: one, layers: [try fleet.layer("a", wave: 0)])
        let back = fleet.bundle(following: same, layers: [try fleet.layer("b", wave: 0)])
        #expect(both.removed.isEmpty)
        #expect(one.removed == [Bundle.RemovedLayer(name: "b", generation: 2)])
        #expect(same.removed == one.removed)
        #expect(back.removed == [Bundle.RemovedLayer(name: "a", generation: 4)])
        #expect([both, one, same, back].map(\.generation) == [1, 2, 3, 4])
    }

    @Test func `it survives the way through its metadata`() throws {
        let first = fleet.bundle(layers: [try fleet.layer("a", wave: 0)])
        let second = fleet.bundle(following: first, layers: [try fleet.layer("b", wave: 0)])
        #expect(try Bundle(second.metadata(expires: 1)) == second)
    }

    @Test(arguments: [(1, Int.max), (1, 50_001), (1, -1), (Int.max, 1), (64 * 1024 * 1024 + 1, 1)])
    func `sizes that no layer may have are refused, whoever signed them`(length: Int, objects: Int) throws {
        let layers = ["a", "b"].map { name in
            LayerReference(
                name: name,
                wave: 0,
                mediaType: .plain,
                digest: Digest(of: []),
                length: length,
                objectCount: name == "a" ? objects : 0
            )
        }
        let metadata = fleet.bundle(layers: layers).metadata(expires: 1)
        let error = #expect(throws: BundleError.self) { _ = try Bundle(metadata) }
        #expect(error?.code == .malformed)
    }

    @Test func `it may be empty, and says so`() throws {
        let first = fleet.bundle(layers: [try fleet.layer("a", wave: 0)])
        let empty = fleet.bundle(following: first, layers: [])
        #expect(try Bundle(empty.metadata(expires: 1)).removed.map(\.name) == ["a"])
    }

    @Test(arguments: [
        Directives.none, Directives(hold: "an incident"), Directives(drift: .report), Directives(drift: .off),
        Directives(
            hold: "both",
            confirmation: Directives.Confirmation(generation: 3, deletions: Digest(of: [1]))
        ),
    ])
    func `directives survive the way through metadata`(directives: Directives) throws {
        let bundle = Bundle(following: nil, cluster: fleet.cluster, revision: 1, layers: [], directives: directives)
        let metadata = bundle.metadata(expires: 1)
        #expect(try Bundle(metadata) == bundle)
        #expect((metadata.custom?["directives"] == nil) == (directives == .none))
    }

    @Test func `an agent passes over directives that it does not know, and refuses ones that it cannot read`() throws {
        let bundle = Bundle(
            following: nil,
            cluster: fleet.cluster,
            revision: 1,
            layers: [],
            directives: Directives(hold: "known")
        )
        let metadata = bundle.metadata(expires: 1)
        var custom = try #require(metadata.custom)
        custom["directives"]?["later"] = ["anything": true]
        custom["alsoLater"] = 1
        func reading(_ custom: JSONValue) throws -> Bundle {
            try Bundle(
                TargetsMetadata(
                    version: metadata.version,
                    expires: metadata.expires,
                    targets: metadata.targets,
                    custom: custom
                )
            )
        }
        #expect(try reading(custom) == bundle)
        custom["directives"]?["drift"] = "sometimes"
        #expect(throws: BundleError.self) { try reading(custom) }
    }
}
