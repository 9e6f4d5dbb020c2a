package import JSON

/// The bytes of a layer: Kubernetes objects, one on each line of JSON with sorted keys.
///
/// Equal objects are equal bytes, so clusters share the layers that are equal.
package struct LayerFile: Hashable, Sendable {
    /// The file, each line with its line break.
    package let bytes: [UInt8]
    /// The SHA-256 of `bytes`.
    package let digest: Digest
    /// How many objects it holds.
    package let objectCount: Int

    /// Writes `objects` in the order given.
    ///
    /// - Throws: `BundleError.malformed` for a value that is no object.
    package init(_ objects: [JSONValue]) throws(BundleError) {
        var bytes: [UInt8] = []
        for (index, object) in objects.enumerated() {
            guard case .object = object else {
                throw BundleError(.malformed, "element \(index) of a layer is \(object.typeName), not an object")
            }
            bytes += object.serialized()
            bytes.append(UInt8(ascii: "\n"))
        }
        self.bytes = bytes
        digest = Digest(of: bytes)
        objectCount = objects.count
    }

    /// Reads a layer back.
    ///
    /// - Throws: `BundleError.malformed` for a line that is no JSON object, an empty line or a missing last line break;
    ///   `.endlessData` beyond a limit.
    package static func objects(
        in bytes: [UInt8],
        layer: String,
        limits: LayerLimits = LayerLimits()
    ) throws(BundleError) -> [JSONValue] {
        guard bytes.count <= limits.maximumBytes else {
            throw BundleError(.endlessData, "the layer '\(layer)' exceeds \(limits.maximumBytes) bytes")
        }
        guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
            throw BundleError(.malformed, "the layer '\(layer)' ends inside a line")
        }
        var objects: [JSONValue] = []
        var start = 0
        while start < bytes.count {
            guard objects.count < limits.maximumObjects else {
                throw BundleError(.endlessData, "the layer '\(layer)' has more than \(limits.maximumObjects) objects")
            }
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            objects.append(try object(bytes[start..<end], line: objects.count + 1, layer: layer, limits: limits))
            start = end + 1
        }
        return objects
    }

    private static func object(
        _ line: ArraySlice<UInt8>,
        line number: Int,
        layer: String,
        limits: LayerLimits
    ) throws(BundleError) -> JSONValue {
        guard line.count <= limits.maximumLineBytes else {
            throw BundleError(
                .endlessData,
                "line \(number) of the layer '\(layer)' exceeds \(limits.maximumLineBytes) bytes"
            )
        }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: line) } catch {
            throw BundleError(.malformed, "line \(number) of the layer '\(layer)' is no JSON: \(error)")
        }
        guard case .object = value else {
            throw BundleError(.malformed, "line \(number) of the layer '\(layer)' is \(value.typeName), not an object")
        }
        return value
    }
}
