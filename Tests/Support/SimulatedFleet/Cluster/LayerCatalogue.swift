import AgentProtocol
import Bundles
import JSON
import Kubernetes
import Synchronization

/// The objects of layers, read once for all clusters that were given the same bytes.
///
/// Ten thousand clusters in one process must not hold ten thousand copies of a platform.
final class LayerCatalogue: Sendable {
    private struct Content: Hashable {
        let layer: String
        let digest: Digest
    }

    private struct State {
        var layers: [Content: [SimulatedObject]] = [:]
        var identities: [String: Int] = [:]
    }

    /// How many layers are remembered; a long run makes new ones all the time.
    private static let maximumLayers = 8_192

    private let state = Mutex(State())

    /// The objects of a layer whose bytes were verified and, where it is sealed, opened.
    ///
    /// - Throws: `BundleError.malformed` when the bytes are no layer, or hold another number of objects than was signed.
    func objects(of layer: LayerReference, plain: [UInt8]) throws(BundleError) -> [SimulatedObject] {
        let content = Content(layer: layer.name, digest: Digest(of: plain))
        if let known = state.withLock({ $0.layers[content] }) { return known }
        let objects = try read(plain, layer)
        guard objects.count == layer.objectCount else {
            throw BundleError(
                .malformed,
                "the layer '\(layer.name)' holds \(objects.count) objects, \(layer.objectCount) were signed"
            )
        }
        state.withLock { state in
            if state.layers.count >= Self.maximumLayers { state.layers.removeAll() }
            state.layers[content] = objects
        }
        return objects
    }

    private func read(_ plain: [UInt8], _ layer: LayerReference) throws(BundleError) -> [SimulatedObject] {
        var objects: [SimulatedObject] = []
        for value in try LayerFile.objects(in: plain, layer: layer.name) {
            guard let apiVersion = value["apiVersion"]?.stringValue, let kind = value["kind"]?.stringValue,
                let name = value["metadata"]?["name"]?.stringValue
            else { throw BundleError(.malformed, "the layer '\(layer.name)' has an object without a name") }
            let ready = ObjectState(
                group: GroupVersionKind(apiVersion: apiVersion, kind: kind).group,
                kind: kind,
                apiVersion: apiVersion,
                namespace: value["metadata"]?["namespace"]?.stringValue,
                name: name,
                layer: layer.name,
                state: .applied,
                health: .ready
            )
            objects.append(
                SimulatedObject(identity: identity(of: ready), ready: ready, digest: Digest(of: value.serialized()))
            )
        }
        return objects
    }

    private func identity(of object: ObjectState) -> Int {
        let key = "\(object.group)/\(object.kind)/\(object.namespace ?? "")/\(object.name)"
        return state.withLock { state in
            if let known = state.identities[key] { return known }
            let next = state.identities.count
            state.identities[key] = next
            return next
        }
    }
}
