import Bundles
import JSON

/// A layer that is read and written again holds the same objects, and there are no more than its bytes can hold.
enum LayerPromises {
    static func check(_ input: [UInt8]) throws(BrokenPromise) {
        guard let objects = try? LayerFile.objects(in: input, layer: "layer") else { return }
        try promise(objects.count * 3 <= input.count, "\(objects.count) objects in \(input.count) bytes")
        guard let written = try? LayerFile(objects),
            let again = try? LayerFile.objects(in: written.bytes, layer: "layer")
        else { throw BrokenPromise("the layer is not read back") }
        try promise(again.map { $0.serialized() } == objects.map { $0.serialized() }, "the layer reads back as another")
        try promise((try? LayerFile(again))?.digest == written.digest, "one layer has two digests")
    }
}
