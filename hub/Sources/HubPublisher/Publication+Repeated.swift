import Bundles
import HubStore

extension Bundle {
    /// The next generation with the same layers of the same revision.
    func repeated(with directives: Directives) -> Bundle {
        Bundle(following: self, cluster: cluster, revision: revision, layers: layers, directives: directives)
    }
}

extension Publication {
    /// Signs and publishes `bundle`, whose layers are out already; what the cluster waits for, it goes on waiting for.
    ///
    /// - Throws: `BundleError` when this hub has no keys to sign with.
    init(
        repeating bundle: Bundle,
        after state: PublicationState,
        trust: FleetTrust,
        content: SignedContent,
        timestampVersion: Int64,
        now: Int64,
        audit: AuditHead?
    ) throws {
        let metadata = try trust.signer.sign(
            bundle,
            content: content,
            timestampVersion: timestampVersion,
            now: now,
            audit: audit
        )
        self.init(
            clusterID: state.cluster.id,
            expectedGeneration: state.cluster.generation,
            expectedTimestampVersion: state.timestampVersion,
            revision: bundle.revision,
            inputVersion: state.publishedInputVersion ?? state.inputVersion,
            sealedLayers: state.sealedLayers ?? [],
            generation: bundle.generation,
            timestampVersion: timestampVersion,
            timestampExpires: now + trust.lifetimes.timestamp,
            rootVersion: trust.rootMetadata.version,
            layers: [],
            bundleLayers: bundle.layers.map(\.digest),
            files: metadata.files
        )
    }
}
