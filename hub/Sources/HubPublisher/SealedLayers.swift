import Bundles

/// Which ciphertext stands for which content, of the confidential layers of one cluster.
///
/// HPKE gives other bytes each time; without this memory every publication would make every agent fetch its secrets again,
/// and what a team has signed would be another layer by the time it goes out. It is kept with the cluster, so that a hub
/// that starts, and every replica, knows the same; the ciphertexts themselves are where all layers are.
package struct SealedLayers: Hashable, Sendable {
    private struct Ciphertext: Hashable, Sendable {
        let digest: Digest
        let length: Int
    }

    private static let version: UInt8 = 1
    private static let entryBytes = 2 * Digest.byteCount + 4

    private var ciphertexts: [Digest: Ciphertext] = [:]

    package init() {}

    /// Reads what ``bytes`` gave; anything else is taken for nothing known.
    package init(bytes: [UInt8]) {
        guard bytes.first == Self.version, (bytes.count - 1).isMultiple(of: Self.entryBytes) else { return }
        for start in stride(from: 1, to: bytes.count, by: Self.entryBytes) {
            let digests = start + Digest.byteCount
            let length = bytes[digests + Digest.byteCount..<start + Self.entryBytes]
            guard let content = Digest(bytes: Array(bytes[start..<digests])),
                let digest = Digest(bytes: Array(bytes[digests..<digests + Digest.byteCount]))
            else { return }
            ciphertexts[content] = Ciphertext(digest: digest, length: length.reduce(0) { $0 << 8 | Int($1) })
        }
    }

    /// One form for equal values: a version, and for each layer the digests of content and ciphertext and its length.
    package var bytes: [UInt8] {
        ciphertexts.sorted { $0.key < $1.key }.reduce(into: [Self.version]) { bytes, entry in
            bytes += entry.key.bytes
            bytes += entry.value.digest.bytes
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: entry.value.length >> (24 - 8 * $0)) }
        }
    }

    /// What stands for the content of `layer`, sealed to `recipient`.
    ///
    /// `key` is one of this fleet: the digest covers secrets and stands in the database.
    static func content(of layer: CompiledBundle.Layer, for recipient: SealingPublicKey, key: SigningKey) -> Digest {
        key.keyedDigest(
            of: Array("\(layer.name) \(layer.wave) \(layer.file.digest.hex) sealed to \(recipient.base64)\n".utf8)
        )
    }

    /// The layer whose content was sealed already.
    func reference(to layer: CompiledBundle.Layer, content: Digest) -> LayerReference? {
        ciphertexts[content].map { ciphertext in
            LayerReference(
                name: layer.name,
                wave: layer.wave,
                mediaType: .sealed,
                digest: ciphertext.digest,
                length: ciphertext.length,
                objectCount: layer.file.objectCount
            )
        }
    }

    /// The same without these ciphertexts.
    func dropping(_ digests: Set<Digest>) -> SealedLayers {
        var rest = self
        rest.ciphertexts = ciphertexts.filter { !digests.contains($0.value.digest) }
        return rest
    }

    /// Takes note of what content was sealed to.
    mutating func note(_ reference: LayerReference, content: Digest) {
        ciphertexts[content] = Ciphertext(digest: reference.digest, length: reference.length)
    }
}
