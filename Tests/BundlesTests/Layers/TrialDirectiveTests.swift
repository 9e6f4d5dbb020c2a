import JSON
import Testing

@testable import Bundles

@Suite struct TrialDirectiveTests {
    private let trial = Directives.Trial(
        id: "a1b2",
        digest: Digest(of: [1]),
        length: 300,
        objectCount: 2,
        expires: 1_795_349_400
    )

    @Test func `a trial is signed beside what else an agent is told`() throws {
        let directives = Directives(hold: "a test", trial: trial)
        #expect(try Directives(json: directives.json) == directives)
        #expect(try Directives(json: JSONValue.object([:])) == .none)
    }

    @Test func `a trial that cannot be read keeps no agent from its bundle`() throws {
        var json = Directives(hold: "a test", trial: trial).json
        for (key, value) in [("id", "../etc"), ("length", -1), ("digest", "none")] as [(String, JSONValue)] {
            json["trial"] = trial.json
            json["trial"]?[key] = value
            let directives = try Directives(json: json)
            #expect(directives.trial == nil)
            #expect(directives.hold == "a test")
        }
    }

    @Test func `the file of a trial opens under its own name alone`() throws {
        let key = SealingKeyPair()
        let bytes = try LayerFile([["kind": "Pod"]]).bytes
        let context = SealingContext(clusterID: "c1", layer: Directives.Trial.layerName(of: "a1"))
        let sealed = try key.publicKey.seal(bytes, context: context)
        func opened(as id: String) throws -> [JSONValue] {
            let trial = Directives.Trial(
                id: id,
                digest: Digest(of: sealed),
                length: sealed.count,
                objectCount: 1,
                expires: 1
            )
            return try trial.layer.objects(in: sealed, openingWith: key, clusterID: "c1")
        }
        #expect(try opened(as: "a1") == [["kind": "Pod"]])
        #expect(throws: BundleError.self) { try opened(as: "b2") }
    }
}
