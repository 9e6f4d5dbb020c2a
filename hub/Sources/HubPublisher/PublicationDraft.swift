package import Bundles
package import HubStore

/// One cluster's next publication, worked out without asking anybody.
package struct PublicationDraft: Sendable {
    /// The bundle that would be out.
    package private(set) var bundle: Bundle
    /// Files of layers that the bundle before it did not have.
    package let newLayers: [StoredLayer]
    /// What the sealed layers were made from: while it stays, their sealed forms stay, whatever HPKE would give now.
    package let inputDigest: Digest

    /// Drafts the bundle of `cluster` at `revision`, after `previous`, the bundle that is out.
    ///
    /// `sealedInputDigest` is the `inputDigest` of the publication that is out, and `sealingKey` that of the cluster's agent.
    /// `digestKey` is a key of this fleet: the input's digest covers secrets and stands in the database, so it is keyed.
    ///
    /// - Throws: `BundleError` when a layer cannot be sealed.
    package init(
        of cluster: ClusterBinding,
        revision: Int64,
        compiled: CompiledBundle,
        directives: Directives,
        previous: Bundle?,
        sealedInputDigest: [UInt8]?,
        sealingKey: SealingPublicKey,
        sealer: LayerSealer,
        digestKey: SigningKey
    ) throws(BundleError) {
        let inputDigest = Self.digest(of: compiled, sealingKey: sealingKey, key: digestKey)
        let isSealedAlready = sealedInputDigest == inputDigest.bytes
        let known = Dictionary(
            (previous?.layers ?? []).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var references: [LayerReference] = []
        var files: [StoredLayer] = []
        for layer in compiled.layers {
            if layer.isConfidential, isSealedAlready, let same = known[layer.name] {
                references.append(same)
                continue
            }
            let (reference, bytes) = try Self.file(of: layer, cluster.id, sealingKey, sealer)
            references.append(reference)
            if known[layer.name]?.digest != reference.digest {
                files.append(
                    StoredLayer(digest: reference.digest, mediaType: reference.mediaType.rawValue, bytes: bytes)
                )
            }
        }
        self.inputDigest = inputDigest
        newLayers = files
        bundle = Bundle(
            following: previous,
            cluster: cluster,
            revision: revision,
            layers: references,
            directives: directives
        )
    }

    /// Leaves out the layers that their teams have not signed; in their place stay those that are out.
    ///
    /// - Returns: what waits for a signature.
    mutating func withhold(following previous: Bundle?, unless isSigned: (LayerReference) -> Bool) -> [WithheldLayer] {
        let unsigned = bundle.layers.filter { !isSigned($0) }
        guard !unsigned.isEmpty else { return [] }
        let names = Set(unsigned.map(\.name))
        let kept = (previous?.layers ?? []).filter { names.contains($0.name) }
        bundle = Bundle(
            following: previous,
            cluster: bundle.cluster,
            revision: bundle.revision,
            layers: bundle.layers.filter { !names.contains($0.name) } + kept,
            directives: bundle.directives
        )
        return unsigned.compactMap { layer in
            TeamContent.team(ofLayer: layer.name).map { team in
                WithheldLayer(team: team, digest: layer.digest, length: layer.length, objects: layer.objectCount)
            }
        }
    }

    /// Gives the bundle a generation above what its agent has seen.
    mutating func raise(above generation: Int64) { bundle = bundle.raised(above: generation) }

    private static func file(
        of layer: CompiledBundle.Layer,
        _ clusterID: String,
        _ sealingKey: SealingPublicKey,
        _ sealer: LayerSealer
    ) throws(BundleError) -> (LayerReference, [UInt8]) {
        guard layer.isConfidential else {
            return (LayerReference(name: layer.name, wave: layer.wave, file: layer.file), layer.file.bytes)
        }
        let sealed = try sealer.seal(layer, clusterID: clusterID, to: sealingKey)
        let reference = LayerReference(
            name: layer.name,
            wave: layer.wave,
            sealed: sealed,
            objectCount: layer.file.objectCount
        )
        return (reference, sealed)
    }

    private static func digest(
        of compiled: CompiledBundle,
        sealingKey: SealingPublicKey,
        key: SigningKey
    ) -> Digest {
        var text = "sealed to \(sealingKey.base64)\n"
        for layer in compiled.layers where layer.isConfidential {
            text += "\(layer.name) \(layer.wave) \(layer.file.digest.hex)\n"
        }
        return key.keyedDigest(of: Array(text.utf8))
    }
}
