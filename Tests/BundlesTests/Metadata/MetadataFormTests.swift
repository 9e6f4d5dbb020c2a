import JSON
import Testing

@testable import Bundles

@Suite struct MetadataFormTests {
    private let seed = (0..<32).map(UInt8.init)

    @Test func `a key id is the SHA-256 of the canonical key object`() throws {
        let key = try SigningKey(rawBytes: seed)
        let hex = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
        #expect(Hexadecimal.encode(key.publicKey.bytes) == hex)
        let canonical = #"{"keytype":"ed25519","keyval":{"public":"\#(hex)"},"scheme":"ed25519"}"#
        #expect(key.keyID == Digest(of: Array(canonical.utf8)).hex)
    }

    @Test func `a root has the shape of the specification`() throws {
        let fleet = try TestFleet()
        let file = try JSONValue(parsing: fleet.root)
        let signed = try #require(file["signed"])
        #expect(signed["_type"] == "root")
        #expect(signed["spec_version"] == "1.0.31")
        #expect(signed["version"] == 1)
        #expect(signed["expires"] == "2027-11-22T12:00:00Z")
        #expect(signed["consistent_snapshot"] == true)
        #expect(signed["keys"]?.objectValue?.count == 4)
        let id = fleet.signers[.snapshot][0].keyID
        #expect(signed["roles"]?["snapshot"] == ["keyids": [.string(id)], "threshold": 1])
        #expect(signed["keys"]?[id]?["keytype"] == "ed25519")
        #expect(file["signatures"]?[0]?["sig"]?.stringValue?.utf8.count == 128)
    }

    @Test func `the files of a cluster name each other by version, length and digest`() throws {
        let fleet = try TestFleet()
        let files = try fleet.metadata(try fleet.bundle(generation: 5), timestampVersion: 9)
        let timestamp = try JSONValue(parsing: files.timestamp)["signed"]
        let snapshot = try JSONValue(parsing: files.snapshot)["signed"]
        let targets = try JSONValue(parsing: files.targets)["signed"]
        #expect(timestamp?["version"] == 9)
        #expect(timestamp?["expires"] == "2026-11-23T12:00:00Z")
        #expect(timestamp?["meta"]?["snapshot.json"]?["length"] == .integer(Int64(files.snapshot.count)))
        #expect(
            timestamp?["meta"]?["snapshot.json"]?["hashes"]?["sha256"] == .string(Digest(of: files.snapshot).hex)
        )
        #expect(snapshot?["meta"]?["targets.json"]?["version"] == 5)
        #expect(targets?["targets"]?["team/demo"]?["custom"]?["wave"] == 2)
        #expect(targets?["targets"]?["team/demo"]?["custom"]?["mediaType"] == "application/vnd.otomi.layer.v1+jsonl")
        let custom: JSONValue = [
            "cluster": "demo", "clusterID": "c-1", "generation": 5, "revision": 5, "removed": [], "layers": 1,
            "objects": 1,
        ]
        #expect(targets?["custom"] == custom)
    }

    @Test func `the bytes that are signed depend on the content alone`() throws {
        let fleet = try TestFleet()
        let layers = [try fleet.layer("platform", wave: 1), try fleet.layer("crds", wave: 0), try fleet.layer()]
        let one = fleet.bundle(layers: layers).metadata(expires: 1)
        let two = fleet.bundle(layers: layers.reversed()).metadata(expires: 1)
        #expect(try one.json.canonical() == two.json.canonical())
        #expect(try TargetsMetadata(json: one.json) == one)
    }

    @Test func `white space between the tokens of a file changes nothing that is signed`() throws {
        let fleet = try TestFleet()
        let pretty = Array(try JSONValue(parsing: fleet.root).prettyText.utf8)
        #expect(try TrustedState(trusting: pretty, cluster: nil).root.content.version == 1)
    }

    @Test(arguments: ["2.0.0", "1", "1.x.1", "", "10.0.0"])
    func `another major version of the specification is refused`(version: String) throws {
        let fleet = try TestFleet()
        let changed = try tampered(fleet.root) { $0["spec_version"] = .string(version) }
        #expect(code { _ = try TrustedState(trusting: changed, cluster: nil) } == .malformed)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)), ("2026-11-22T12:00:00Z", 1_795_348_800),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("2100-03-01T00:00:00Z", 4_107_542_400), ("1969-12-31T23:59:59Z", -1),
    ])
    func `times are written and read`(text: String, seconds: Int64) {
        #expect(MetadataTime.text(seconds) == text)
        #expect(MetadataTime.seconds(text) == seconds)
    }

    @Test(arguments: [
        "2026-11-22", "2026-11-22T12:00:00", "2026-11-22T12:00:00+01:00", "2026-11-22T12:00:00.5Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-22t12:00:00Z", "2026-11-22T24:00:00Z",
        " 026-11-22T12:00:00Z",
    ])
    func `any other form of a time is refused`(text: String) {
        #expect(MetadataTime.seconds(text) == nil)
    }

    @Test(arguments: [[JSONValue.string("x")], [["keyid": "a"]], [["keyid": "a", "sig": 1]]])
    func `signatures of another shape are refused`(signatures: [JSONValue]) throws {
        let file = JSONValue.object(["signed": [:], "signatures": .array(signatures)]).serialized()
        #expect(code { _ = try SignedMetadata(parsing: file, name: "x") } == .malformed)
    }

    @Test func `half of its life over, metadata is due to be signed anew`() {
        let lifetimes = MetadataLifetimes()
        #expect(!lifetimes.isDue(.timestamp, expires: 86_400, now: 0))
        #expect(!lifetimes.isDue(.timestamp, expires: 86_400, now: 43_200))
        #expect(lifetimes.isDue(.timestamp, expires: 86_400, now: 43_201))
    }
}
