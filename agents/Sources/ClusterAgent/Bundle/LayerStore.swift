package import Bundles
import Concurrency
import JSON
package import Logging

/// Where the content of layers comes from: memory while a pass runs, else the disk, else what the hub has carried along, else
/// the hub.
///
/// Whatever the place, the bytes are checked against the signed digest before they are used.
package actor LayerStore {
    private let hub: any HubConnection
    private let state: StateDirectory
    /// Every key that a layer may be sealed to.
    private var sealingKeys: [SealingKeyPair]
    private let clusterID: String
    private let logger: Logger
    /// Decoded content by the digest of the layer's file, while it is of use.
    private var hot: [Digest: [UInt8]] = [:]
    /// What came with the last news, by the digests that it claims to have.
    private var carried: [Digest: [UInt8]] = [:]

    package init(
        hub: any HubConnection,
        state: StateDirectory,
        sealingKeys: [SealingKeyPair],
        clusterID: String,
        logger: Logger
    ) {
        self.hub = hub
        self.state = state
        self.sealingKeys = sealingKeys
        self.clusterID = clusterID
        self.logger = logger
    }

    /// The decoded content of a layer: one object per line.
    ///
    /// - Throws: `BundleError` when the bytes are not the signed ones or do not unseal; `HubError` when they must be
    ///   fetched and cannot.
    package func content(of layer: LayerReference) async throws -> [UInt8] {
        if let content = hot[layer.digest] { return content }
        let bytes: [UInt8]
        if let cached = await state.layer(layer.digest.hex), (try? Self.check(cached, layer)) != nil {
            bytes = cached
        } else {
            bytes = try await fetch(layer)
        }
        var content = bytes
        if layer.mediaType == .sealed {
            content = try unsealed(bytes, layer)
        }
        hot[layer.digest] = content
        return content
    }

    /// The decoded content of a sealed layer that is of use once: nothing of it is kept.
    ///
    /// - Throws: as `content(of:)`.
    func passing(_ layer: LayerReference) async throws -> [UInt8] {
        let bytes = try await download(layer)
        try Self.check(bytes, layer)
        return try unsealed(bytes, layer)
    }

    /// Looks here before the hub is asked, until something else is carried or it is let go of; nothing of it is verified yet.
    func carry(_ layers: [Digest: [UInt8]]) {
        carried = layers
    }

    /// Opens sealed layers with these keys from now on.
    func use(_ keys: [SealingKeyPair]) {
        sealingKeys = keys
    }

    private func unsealed(_ bytes: [UInt8], _ layer: LayerReference) throws(BundleError) -> [UInt8] {
        let context = SealingContext(clusterID: clusterID, layer: layer.name)
        var failure = BundleError(.sealed, "the agent has no key that opens the layer '\(layer.name)'")
        for key in sealingKeys {
            do throws(BundleError) { return try key.open(bytes, context: context) } catch { failure = error }
        }
        throw failure
    }

    private func fetch(_ layer: LayerReference) async throws -> [UInt8] {
        let bytes: [UInt8]
        if let near = carried[layer.digest], (try? Self.check(near, layer)) != nil {
            bytes = near
        } else {
            bytes = try await download(layer)
            try Self.check(bytes, layer)
        }
        do throws(StateError) { try await state.keepLayer(layer.digest.hex, bytes) } catch {
            logger.warning("A layer was not cached", metadata: ["layer": "\(layer.name)", "error": "\(error)"])
        }
        return bytes
    }

    private func download(_ layer: LayerReference) async throws -> [UInt8] {
        do throws(HubError) {
            return try await hub.layer(layer.digest, length: layer.length)
        } catch {
            guard error.code == .endlessData else { throw error }
            throw BundleError(.endlessData, "the layer '\(layer.name)' is longer than the \(layer.length) signed bytes")
        }
    }

    private static func check(_ bytes: [UInt8], _ layer: LayerReference) throws(BundleError) {
        guard bytes.count <= layer.length else {
            throw BundleError(.endlessData, "the layer '\(layer.name)' is longer than the \(layer.length) signed bytes")
        }
        guard bytes.count == layer.length, Digest(of: bytes) == layer.digest else {
            throw BundleError(.arbitrary, "the layer '\(layer.name)' is not what was signed: its SHA-256 differs")
        }
    }

    /// Lets go of what was held in memory; it can be had again.
    package func release() {
        hot.removeAll()
    }

    /// Removes layers other than `layers` from memory and from the disk.
    package func retain(_ layers: some Sequence<Digest>) async {
        let retained = Set(layers)
        hot = hot.filter { retained.contains($0.key) }
        await state.retainLayers(Set(retained.map(\.hex)))
    }
}
