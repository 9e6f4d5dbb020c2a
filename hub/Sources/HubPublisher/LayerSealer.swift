import Bundles
import Synchronization

/// Seals confidential layers to clusters, and keeps the ciphertext for as long as the content and the key stay the same.
///
/// HPKE gives other bytes each time; without the memory every publication would make every agent fetch its secrets again.
package final class LayerSealer: Sendable {
    private struct Key: Hashable, Sendable {
        let context: SealingContext
        let recipient: SealingPublicKey
        let content: Digest
    }

    private let memo = Mutex(GenerationalMemo<Key, [UInt8]>(maximumCost: 128 * 1024 * 1024))

    package init() {}

    /// The sealed form of `layer` for one cluster.
    ///
    /// - Throws: `BundleError.sealed` when the cluster's key is not usable.
    func seal(
        _ layer: CompiledBundle.Layer,
        clusterID: String,
        to recipient: SealingPublicKey
    ) throws(BundleError) -> [UInt8] {
        let context = SealingContext(clusterID: clusterID, layer: layer.name)
        let key = Key(context: context, recipient: recipient, content: layer.file.digest)
        if let known = memo.withLock({ $0.value(for: key) }) { return known }
        let sealed = try recipient.seal(layer.file.bytes, context: context)
        memo.withLock { $0.insert(sealed, for: key, cost: sealed.count) }
        return sealed
    }
}
