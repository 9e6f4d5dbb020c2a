import Bundles
import HubStore

/// One cluster's next publication, worked out without asking anybody.
struct PublicationDraft: Sendable {
    /// The bundle that would be out.
    let bundle: Bundle
    /// Files of layers that the bundle before it did not have.
    let newLayers: [StoredLayer]
    /// What the sealed layers were made from: while it stays, their sealed forms stay, whatever HPKE would give now.
    let inputDigest: Digest

    /// Drafts what `state` wants, after `previous`, the bundle that is out.
    ///
    /// `digestKey` is a key of this fleet: the input's digest covers secrets and stands in the database, so it is keyed.
    ///
    /// - Throws: `BundleError` when a layer cannot be sealed.
    init(
        _ state: PublicationState,
        agent: AgentIdentity,
        compiled: CompiledBundle,
        previous: Bundle?,
        sealer: LayerSealer,
        digestKey: SigningKey
    ) throws(BundleError) {
        let inputDigest = Self.digest(of: compiled, sealingKey: agent.sealingKey, key: digestKey)
        let isSealedAlready = state.inputDigest == inputDigest.bytes
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
            let (reference, bytes) = try Self.file(of: layer, state.cluster.id, agent.sealingKey, sealer)
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
            cluster: state.cluster.binding,
            revision: state.cluster.desiredRevision,
            layers: references
        )
    }

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
