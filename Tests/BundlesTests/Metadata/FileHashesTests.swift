import JSON
import Testing

@testable import Bundles

@Suite struct FileHashesTests {
    private static let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let sha512 =
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    private let abc = Array("abc".utf8)

    @Test(arguments: [["sha256"], ["sha512"], ["sha256", "sha512"], ["sha256", "blake3"]])
    func `every known hash that is given must match`(algorithms: [String]) throws {
        let known = ["sha256": Self.sha256, "sha512": Self.sha512, "blake3": "00"]
        var json: JSONValue = [:]
        for algorithm in algorithms { json[algorithm] = .string(known[algorithm] ?? "") }
        let hashes = try FileHashes(json: json)
        #expect(hashes.match(abc))
        #expect(!hashes.match(abc + [0]))
        #expect(hashes.filePrefix == (algorithms.contains("sha256") ? Self.sha256 : Self.sha512))
        for algorithm in algorithms where algorithm != "blake3" {
            var wrong = json
            wrong[algorithm] = .string(String(repeating: "0", count: known[algorithm]?.utf8.count ?? 0))
            #expect(try !FileHashes(json: wrong).match(abc))
        }
    }

    @Test(
        arguments: [
            [:], ["md5": "00"], ["sha256": "00"], ["sha512": "00"], ["sha256": .string(sha256.uppercased())],
            ["sha512": .string(sha512.uppercased())], ["sha256": .string(sha256), "sha512": "00"],
        ] as [JSONValue]
    )
    func `hashes of another shape are refused`(json: JSONValue) {
        #expect(throws: JSONError.self) { try FileHashes(json: json) }
    }

    @Test func `a file of the announced version and another hash is not the one that was announced`() throws {
        let fleet = try TestFleet()
        let held = try #require(try fleet.state(after: fleet.metadata(fleet.bundle(generation: 1))).targets)
        let twin = try fleet.metadata(try fleet.bundle(generation: 1, text: "twin")).targets
        #expect(MetadataFile(version: 1, bytes: held.bytes).announces(held))
        #expect(!MetadataFile(version: 1, bytes: twin).announces(held))
        #expect(try MetadataFile(json: ["version": 1]).announces(held))
        #expect(try !MetadataFile(json: ["version": 2]).announces(held))
    }
}
