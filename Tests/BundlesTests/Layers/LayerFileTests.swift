import JSON
import Testing

@testable import Bundles

@Suite struct LayerFileTests {
    private let key = SealingKeyPair()

    @Test func `equal objects are equal bytes`() throws {
        let one = try LayerFile([["b": 1, "a": ["y": "ü", "x": [1, 2.5]]]])
        let two = try LayerFile([try JSONValue(parsing: #"{ "a": {"x":[1,2.5],"y":"ü"}, "b":1 }"#)])
        #expect(one.digest == two.digest)
        #expect(String(decoding: one.bytes, as: UTF8.self) == "{\"a\":{\"x\":[1,2.5],\"y\":\"ü\"},\"b\":1}\n")
    }

    @Test func `what is written is read back`() throws {
        let objects: [JSONValue] = [["kind": "Namespace"], ["data": "line\nbreak \u{1}"], [:]]
        let file = try LayerFile(objects)
        #expect(try LayerFile.objects(in: file.bytes, layer: "x") == objects)
        #expect(try LayerFile.objects(in: [], layer: "x") == [])
        #expect(file.objectCount == 3)
    }

    @Test(arguments: [
        "{}", "{}\n\n", "\n", "[]\n", "{} {}\n", "{\"a\":1,\"a\":2}\n", "{}\r\n{", "null\n", "\u{FEFF}{}\n",
    ])
    func `any other text is refused`(text: String) {
        #expect(code { _ = try LayerFile.objects(in: Array(text.utf8), layer: "x") } == .malformed)
    }

    @Test func `values that are no objects are no layer`() {
        #expect(code { _ = try LayerFile([[:], "text"]) } == .malformed)
    }

    @Test func `limits are kept`() throws {
        let file = try LayerFile([["a": "0123456789"], ["b": 1]])
        var limits = LayerLimits()
        limits.maximumBytes = file.bytes.count - 1
        #expect(code { _ = try LayerFile.objects(in: file.bytes, layer: "x", limits: limits) } == .endlessData)
        limits = LayerLimits()
        limits.maximumObjects = 1
        #expect(code { _ = try LayerFile.objects(in: file.bytes, layer: "x", limits: limits) } == .endlessData)
        limits = LayerLimits()
        limits.maximumLineBytes = 10
        #expect(code { _ = try LayerFile.objects(in: file.bytes, layer: "x", limits: limits) } == .endlessData)
    }

    @Test func `a fetched layer must be the signed bytes`() throws {
        let file = try LayerFile([["kind": "ConfigMap"]])
        let layer = LayerReference(name: "team/demo", wave: 1, file: file)
        #expect(try layer.objects(in: file.bytes, openingWith: key, clusterID: "c") == [["kind": "ConfigMap"]])
        for index in file.bytes.indices {
            var changed = file.bytes
            changed[index] ^= 1
            #expect(code { _ = try layer.objects(in: changed, openingWith: key, clusterID: "c") } == .arbitrary)
        }
        let short = Array(file.bytes.dropLast())
        #expect(code { _ = try layer.objects(in: short, openingWith: key, clusterID: "c") } == .arbitrary)
        let long = file.bytes + [0x0A]
        #expect(code { _ = try layer.objects(in: long, openingWith: key, clusterID: "c") } == .endlessData)
    }

    @Test func `a layer with another number of objects than signed is refused`() throws {
        let file = try LayerFile([[:], [:]])
        let layer = LayerReference(
            name: "x",
            wave: 0,
            mediaType: .plain,
            digest: file.digest,
            length: file.bytes.count,
            objectCount: 1
        )
        #expect(code { _ = try layer.objects(in: file.bytes, openingWith: key, clusterID: "c") } == .malformed)
    }

    @Test func `a sealed layer opens only on its cluster and under its name`() throws {
        let file = try LayerFile([["kind": "Secret", "data": ["password": "hunter2"]]])
        let context = SealingContext(clusterID: "c-1", layer: "confidential")
        let sealed = try key.publicKey.seal(file.bytes, context: context)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("hunter2"))
        let layer = LayerReference(name: "confidential", wave: 1, sealed: sealed, objectCount: 1)
        #expect(try layer.objects(in: sealed, openingWith: key, clusterID: "c-1").count == 1)
        #expect(code { _ = try layer.objects(in: sealed, openingWith: key, clusterID: "c-2") } == .sealed)
        #expect(code { _ = try layer.objects(in: sealed, openingWith: SealingKeyPair(), clusterID: "c-1") } == .sealed)
        let renamed = LayerReference(name: "platform", wave: 1, sealed: sealed, objectCount: 1)
        #expect(code { _ = try renamed.objects(in: sealed, openingWith: key, clusterID: "c-1") } == .sealed)
    }

    @Test(arguments: ["", "/", "team/", "/team", "../x", "team/../x", "Team", "a b", "-a", ".a", "team//x", "ä"])
    func `a name that could mislead a path is refused`(name: String) throws {
        let layer = LayerReference(name: name, wave: 0, file: try LayerFile([]))
        let bundle = try TestFleet().bundle(layers: [layer])
        #expect(code { _ = try Bundle(bundle.metadata(expires: 1)) } == .malformed)
    }
}
