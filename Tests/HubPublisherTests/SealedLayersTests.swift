import Bundles
import JSON
import Testing

@testable import HubPublisher

@Suite struct SealedLayersTests {
    private let key = SigningKey()
    private let recipient = SealingKeyPair().publicKey

    private func layer(_ name: String, _ secret: String) throws -> CompiledBundle.Layer {
        let file = try LayerFile([["secret": .string(secret)]])
        return CompiledBundle.Layer(name: name, wave: 1, file: file, isConfidential: true)
    }

    private func content(_ layer: CompiledBundle.Layer) -> Digest {
        SealedLayers.content(of: layer, for: recipient, key: key)
    }

    private func sealed(_ layer: CompiledBundle.Layer, length: Int) -> LayerReference {
        let bytes = [UInt8](repeating: UInt8(length % 251), count: length)
        return LayerReference(name: layer.name, wave: layer.wave, sealed: bytes, objectCount: layer.file.objectCount)
    }

    @Test func `what is written is what is read`() throws {
        let (a, b) = (try layer("a", "1"), try layer("b", "2"))
        var layers = SealedLayers()
        layers.note(sealed(a, length: 3), content: content(a))
        layers.note(sealed(b, length: 70_000), content: content(b))
        let read = SealedLayers(bytes: layers.bytes)
        #expect(read == layers)
        #expect(read.reference(to: b, content: content(b)) == sealed(b, length: 70_000))
        let changed = try layer("b", "3")
        #expect(read.reference(to: changed, content: content(changed)) == nil)
    }

    @Test func `anything else is nothing known`() throws {
        let a = try layer("a", "1")
        var layers = SealedLayers()
        layers.note(sealed(a, length: 3), content: content(a))
        // The last is the digest that stood in this place before.
        for bytes in [[], [9] + layers.bytes.dropFirst(), layers.bytes.dropLast(), [UInt8](repeating: 1, count: 32)] {
            #expect(SealedLayers(bytes: Array(bytes)) == SealedLayers())
        }
    }

    @Test func `a ciphertext that is gone is forgotten, and the others are not`() throws {
        let (a, b) = (try layer("a", "1"), try layer("b", "2"))
        var layers = SealedLayers()
        layers.note(sealed(a, length: 3), content: content(a))
        layers.note(sealed(b, length: 4), content: content(b))
        let rest = layers.dropping([sealed(a, length: 3).digest])
        #expect(rest.reference(to: a, content: content(a)) == nil)
        #expect(rest.reference(to: b, content: content(b)) == sealed(b, length: 4))
    }
}
