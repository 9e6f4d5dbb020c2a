import Bundles
import JSON
import Platform
import Synchronization
import Values

/// What one cluster should run, as files: compiled, and not yet sealed to anybody.
struct CompiledBundle: Sendable {
    struct Layer: Sendable {
        let name: String
        let wave: Int
        let file: LayerFile
        let isConfidential: Bool
    }

    let layers: [Layer]
    /// Why it must not be published, warnings left out; empty when it may.
    let faults: [Fault]

    var byteCount: Int { layers.reduce(0) { $0 + $1.file.bytes.count } }
}

/// Compiles clusters' values to layers, and remembers the results.
///
/// The key is the digest of the effective tree: a commit that does not touch a cluster costs it no compilation.
final class BundleCompiler: Sendable {
    private let memo: Mutex<LeastRecentlyUsed<Digest, CompiledBundle>>

    /// Remembers at most this many results and this many bytes of them.
    init(maximumCount: Int = 1024, maximumBytes: Int = 256 * 1024 * 1024) {
        memo = Mutex(LeastRecentlyUsed(maximumCount: maximumCount, maximumCost: maximumBytes))
    }

    /// Compiles what `documents` mean for `cluster`.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    func compile(cluster: ClusterIdentity, documents: [StoredDocument]) throws(BundleError) -> CompiledBundle {
        let values = EffectiveValues(cluster: cluster, documents: documents)
        let key = Digest(of: values.tree.serialized())
        if let known = memo.withLock({ $0.value(for: key) }) { return known }
        let compilation = Platform.compile(values)
        var layers: [CompiledBundle.Layer] = []
        for layer in compilation.layers {
            layers.append(
                CompiledBundle.Layer(
                    name: layer.name,
                    wave: layer.wave,
                    file: try LayerFile(layer.objects),
                    isConfidential: layer.isConfidential
                )
            )
        }
        let bundle = CompiledBundle(layers: layers, faults: compilation.faults.filter { $0.severity == .error })
        memo.withLock { $0.insert(bundle, for: key, cost: bundle.byteCount) }
        return bundle
    }
}
