import Bundles
import Concurrency
import JSON
import Testing

@testable import HubPublisher
@testable import HubStore

@Suite struct PublicationDraftTests {
    private let digestKey = SigningKey()
    private let sealing = SealingKeyPair()

    private func compiled(_ layers: [String: String], secret: String? = nil) throws -> CompiledBundle {
        var result = try layers.map { name, text in
            CompiledBundle.Layer(
                name: name,
                wave: 1,
                file: try LayerFile([["text": .string(text)]]),
                isConfidential: false
            )
        }
        if let secret {
            result.append(
                CompiledBundle.Layer(
                    name: "confidential",
                    wave: 1,
                    file: try LayerFile([["secret": .string(secret)]]),
                    isConfidential: true
                )
            )
        }
        return CompiledBundle(layers: result.sorted { $0.name < $1.name }, faults: [])
    }

    private func draft(
        _ compiled: CompiledBundle,
        after previous: PublicationDraft? = nil,
        revision: Int64 = 1,
        sealingKey: SealingPublicKey? = nil,
        directives: Directives = .none
    ) throws -> PublicationDraft {
        try PublicationDraft(
            of: ClusterBinding(name: "demo", id: "c-1"),
            revision: revision,
            compiled: compiled,
            directives: directives,
            previous: previous?.bundle,
            sealedLayers: SealedLayers(bytes: previous?.sealedLayers.bytes ?? []),
            sealingKey: sealingKey ?? sealing.publicKey,
            digestKey: digestKey
        )
    }

    @Test func `a first bundle brings all its layers`() throws {
        let draft = try draft(try compiled(["a": "1", "b": "2"], secret: "s"))
        #expect(draft.bundle.generation == 1)
        #expect(draft.bundle.layers.map(\.name) == ["a", "b", "confidential"])
        #expect(draft.newLayers.count == 3)
        #expect(!draft.newLayers.contains { String(decoding: $0.bytes, as: UTF8.self).contains("secret") })
    }

    @Test func `only what changed is new`() throws {
        let first = try draft(try compiled(["a": "1", "b": "2"], secret: "s"))
        let second = try draft(try compiled(["a": "1", "b": "3"], secret: "s"), after: first, revision: 2)
        #expect(second.bundle.generation == 2)
        #expect(second.bundle.revision == 2)
        #expect(second.newLayers.map(\.digest) == [try LayerFile([["text": "3"]]).digest])
    }

    @Test func `secrets that stay are not sealed again, not even by another hub`() throws {
        let first = try draft(try compiled(["a": "1"], secret: "s"))
        let second = try draft(try compiled(["a": "2"], secret: "s"), after: first)
        #expect(first.bundle.layers.last == second.bundle.layers.last)
    }

    @Test func `a changed secret is sealed again`() throws {
        let first = try draft(try compiled(["a": "1"], secret: "s"))
        let second = try draft(try compiled(["a": "1"], secret: "t"), after: first)
        #expect(second.newLayers.count == 1)
        let layer = try #require(second.bundle.layers.last)
        let objects = try layer.objects(in: second.newLayers[0].bytes, openingWith: sealing, clusterID: "c-1")
        #expect(objects == [["secret": "t"]])
    }

    @Test func `a new key of the cluster makes secrets sealed to it`() throws {
        let other = SealingKeyPair()
        let first = try draft(try compiled([:], secret: "s"))
        let second = try draft(try compiled([:], secret: "s"), after: first, sealingKey: other.publicKey)
        let layer = try #require(second.bundle.layers.last)
        #expect(try layer.objects(in: second.newLayers[0].bytes, openingWith: other, clusterID: "c-1").count == 1)
    }

    @Test func `a layer that went is stated as removed`() throws {
        let first = try draft(try compiled(["team/a": "1", "team/b": "2"], secret: "s"))
        let second = try draft(try compiled(["team/a": "1"]), after: first)
        #expect(second.bundle.removed.map(\.name) == ["confidential", "team/b"])
    }

    @Test func `the same again is the same layers`() throws {
        let first = try draft(try compiled(["a": "1"], secret: "s"))
        let second = try draft(try compiled(["a": "1"], secret: "s"), after: first)
        #expect(second.bundle.hasSameLayers(as: first.bundle))
        #expect(second.newLayers.isEmpty)
    }

    @Test func `another directive says something new over the same layers`() throws {
        let first = try draft(try compiled(["a": "1"], secret: "s"))
        let second = try draft(try compiled(["a": "1"], secret: "s"), after: first, directives: Directives(hold: "why"))
        #expect(second.bundle.hasSameLayers(as: first.bundle))
        #expect(!second.bundle.saysTheSame(as: first.bundle))
        #expect(second.bundle.directives.hold == "why")
    }

    @Test func `a secret that is held back stays the one that its team is shown`() throws {
        let first = try draft(try compiled(["a": "1"], secret: "s"))
        var second = try draft(try compiled(["a": "1"], secret: "t"), after: first)
        let shown = second.bundle.layers.last
        _ = second.withhold(following: first.bundle) { $0.name != "confidential" }
        #expect(second.bundle.layers.last == first.bundle.layers.last)
        let third = try draft(try compiled(["a": "1"], secret: "t"), after: second)
        #expect(third.bundle.layers.last == shown)
        #expect(third.newLayers.isEmpty)
    }

    @Test func `one changed secret leaves the ciphertexts of others`() throws {
        func secrets(_ texts: [String: String]) throws -> CompiledBundle {
            let layers = try texts.sorted { $0.key < $1.key }.map { name, text in
                let file = try LayerFile([["secret": .string(text)]])
                return CompiledBundle.Layer(name: name, wave: 1, file: file, isConfidential: true)
            }
            return CompiledBundle(layers: layers, faults: [])
        }
        let first = try draft(try secrets(["a": "1", "b": "2"]))
        let second = try draft(try secrets(["a": "1", "b": "3"]), after: first)
        #expect(second.bundle.layers[0] == first.bundle.layers[0])
        #expect(second.newLayers.map(\.digest) == [second.bundle.layers[1].digest])
    }
}
