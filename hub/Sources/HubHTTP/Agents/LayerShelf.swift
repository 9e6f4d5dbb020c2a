import Bundles
import HubStore
import Synchronization

/// The layers that were last read for agents, in memory: after a change of the whole platform every agent asks for the same.
///
/// What is sealed to one cluster is not kept. A digest names its bytes for ever, so nothing on it grows old.
final class LayerShelf: Sendable {
    private struct State {
        var layers: [Digest: [UInt8]] = [:]
        /// The first to come is the first to go.
        var order: [Digest] = []
        var byteCount = 0
    }

    /// How many bytes of layers are kept.
    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 8 << 20) {
        self.capacity = capacity
    }

    /// How many bytes are kept now.
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// Those of `digests` that are here.
    func layers(_ digests: Set<Digest>) -> [Digest: [UInt8]] {
        state.withLock { state in
            var found: [Digest: [UInt8]] = [:]
            for digest in digests { found[digest] = state.layers[digest] }
            return found
        }
    }

    /// Keeps a layer that clusters may share, unless it would take more than a quarter of the place.
    func put(_ layer: StoredLayer) {
        guard layer.mediaType != LayerMediaType.sealed.rawValue, layer.bytes.count <= capacity / 4 else { return }
        state.withLock { state in
            guard state.layers[layer.digest] == nil else { return }
            while state.byteCount + layer.bytes.count > capacity, let oldest = state.order.first {
                state.order.removeFirst()
                state.byteCount -= state.layers.removeValue(forKey: oldest)?.count ?? 0
            }
            state.layers[layer.digest] = layer.bytes
            state.order.append(layer.digest)
            state.byteCount += layer.bytes.count
        }
    }
}
