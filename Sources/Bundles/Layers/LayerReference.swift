package import JSON

/// One layer as a bundle lists it: where it stands in the order, and what its bytes must be.
package struct LayerReference: Hashable, Sendable {
    /// How many bytes a sealed file has more than its content, at most.
    private static let sealedOverhead = 1024

    /// Unique within the bundle: `crds`, `platform`, `apps`, `team/demo`, `confidential`.
    package let name: String
    /// Layers of a lower wave are applied first.
    package let wave: Int
    package let mediaType: LayerMediaType
    /// The SHA-256 of the file as it is fetched; of the ciphertext where it is sealed.
    package let digest: Digest
    /// The length of the file as it is fetched.
    package let length: Int
    /// How many objects the layer holds.
    package let objectCount: Int

    package init(name: String, wave: Int, mediaType: LayerMediaType, digest: Digest, length: Int, objectCount: Int) {
        self.name = name
        self.wave = wave
        self.mediaType = mediaType
        self.digest = digest
        self.length = length
        self.objectCount = objectCount
    }

    /// Refers to a file that is not sealed.
    package init(name: String, wave: Int, file: LayerFile) {
        self.init(
            name: name,
            wave: wave,
            mediaType: .plain,
            digest: file.digest,
            length: file.bytes.count,
            objectCount: file.objectCount
        )
    }

    /// Refers to `sealed`, the ciphertext of a layer with `objectCount` objects.
    package init(name: String, wave: Int, sealed: [UInt8], objectCount: Int) {
        self.init(
            name: name,
            wave: wave,
            mediaType: .sealed,
            digest: Digest(of: sealed),
            length: sealed.count,
            objectCount: objectCount
        )
    }

    init(name: String, target: TargetFile) throws(JSONError) {
        guard LayerName.isValid(name) else { throw JSONError("is no name of a layer", at: .root) }
        let custom = target.custom ?? .null
        let wave: Int
        let type: String
        let objects: Int
        do throws(JSONError) {
            wave = try custom.required("wave")
            type = try custom.required("mediaType")
            objects = try custom.required("objects")
        } catch {
            throw error.inside("custom")
        }
        guard let mediaType = LayerMediaType(rawValue: type) else {
            throw JSONError(
                "the media type '\(type)' is unknown; update the agent",
                at: JSONPointer(["custom", "mediaType"])
            )
        }
        // Whatever was signed: a layer beyond the limits is refused later anyway, and sums of these must not overflow.
        let limits = LayerLimits()
        guard 0...limits.maximumObjects ~= objects else {
            throw JSONError("is not from 0 to \(limits.maximumObjects)", at: JSONPointer(["custom", "objects"]))
        }
        let maximumLength = limits.maximumBytes + (mediaType == .sealed ? Self.sealedOverhead : 0)
        guard 0...maximumLength ~= target.length else {
            throw JSONError("is not from 0 to \(maximumLength)", at: JSONPointer(["length"]))
        }
        guard let digest = target.digest else { throw JSONError("is required", at: JSONPointer(["hashes", "sha256"])) }
        self.init(
            name: name,
            wave: wave,
            mediaType: mediaType,
            digest: digest,
            length: target.length,
            objectCount: objects
        )
    }

    var target: TargetFile {
        TargetFile(
            length: length,
            digest: digest,
            custom: ["wave": wave.json, "mediaType": mediaType.rawValue.json, "objects": objectCount.json]
        )
    }

    /// Verifies a fetched file and reads its objects.
    ///
    /// The length and digest are compared before anything is parsed.
    ///
    /// - Throws: `BundleError.endlessData` or `.arbitrary` for other bytes than were signed, `.sealed` when `key` does not
    ///   open it, `.malformed` when it is no layer or holds another number of objects than was signed.
    package func objects(
        in file: [UInt8],
        openingWith key: SealingKeyPair,
        clusterID: String,
        limits: LayerLimits = LayerLimits()
    ) throws(BundleError) -> [JSONValue] {
        try target.check(file, name: "the layer '\(name)'")
        let plain =
            switch mediaType {
            case .plain: file
            case .sealed: try key.open(file, context: SealingContext(clusterID: clusterID, layer: name))
            }
        let objects = try LayerFile.objects(in: plain, layer: name, limits: limits)
        guard objects.count == objectCount else {
            throw BundleError(
                .malformed,
                "the layer '\(name)' holds \(objects.count) objects, \(objectCount) were signed"
            )
        }
        return objects
    }
}
