package import Bundles
package import HubStore

/// One cluster's next publication, worked out without asking anybody.
package struct PublicationDraft: Sendable {
    /// The bundle that would be out.
    package private(set) var bundle: Bundle
    /// Files of layers that no publication of the cluster has stored yet.
    package let newLayers: [StoredLayer]
    /// The ciphertexts of its confidential layers, also of those that are held back.
    package let sealedLayers: SealedLayers

    /// Drafts the bundle of `cluster` at `revision`, after `previous`, the bundle that is out.
    ///
    /// `sealedLayers` are those of the publication that is out, and `sealingKey` is that of the cluster's agent. `digestKey` is
    /// a key of this fleet.
    ///
    /// - Throws: `BundleError` when a layer cannot be sealed.
    package init(
        of cluster: ClusterBinding,
        revision: Int64,
        compiled: CompiledBundle,
        directives: Directives,
        previous: Bundle?,
        sealedLayers known: SealedLayers,
        sealingKey: SealingPublicKey,
        digestKey: SigningKey
    ) throws(BundleError) {
        let out = Dictionary((previous?.layers ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var references: [LayerReference] = []
        var files: [StoredLayer] = []
        var sealedLayers = SealedLayers()
        for layer in compiled.layers {
            let reference: LayerReference
            var bytes: [UInt8]?
            if layer.isConfidential {
                let content = SealedLayers.content(of: layer, for: sealingKey, key: digestKey)
                (reference, bytes) = try Self.sealed(layer, known, content, cluster.id, sealingKey)
                sealedLayers.note(reference, content: content)
            } else {
                reference = LayerReference(name: layer.name, wave: layer.wave, file: layer.file)
                bytes = layer.file.bytes
            }
            references.append(reference)
            if let bytes, out[layer.name]?.digest != reference.digest {
                files.append(
                    StoredLayer(digest: reference.digest, mediaType: reference.mediaType.rawValue, bytes: bytes)
                )
            }
        }
        self.sealedLayers = sealedLayers
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

    /// A confidential layer, and its ciphertext where it is a new one.
    private static func sealed(
        _ layer: CompiledBundle.Layer,
        _ known: SealedLayers,
        _ content: Digest,
        _ clusterID: String,
        _ sealingKey: SealingPublicKey
    ) throws(BundleError) -> (LayerReference, [UInt8]?) {
        if let reference = known.reference(to: layer, content: content) { return (reference, nil) }
        let context = SealingContext(clusterID: clusterID, layer: layer.name)
        let bytes = try sealingKey.seal(layer.file.bytes, context: context)
        let reference = LayerReference(
            name: layer.name,
            wave: layer.wave,
            sealed: bytes,
            objectCount: layer.file.objectCount
        )
        return (reference, bytes)
    }
}
