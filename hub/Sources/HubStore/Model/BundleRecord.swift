package import Bundles

/// One cluster as the publisher sees it: what is wanted and what is out.
package struct PublicationState: Hashable, Sendable {
    package let cluster: ClusterRecord
    /// Rises with everything but a revision that changes the bundle: labels, the agent's keys, directives.
    package let inputVersion: Int64
    package let publishedInputVersion: Int64?
    /// Which ciphertexts stand for which contents of confidential layers, as the publisher defined it.
    package let sealedLayers: [UInt8]?
    /// 0 before the first.
    package let timestampVersion: Int64
    /// When the published timestamp expires, in seconds since 1970.
    package let timestampExpires: Int64?
    /// The newest root when what is out was signed.
    package let rootVersion: Int64
    /// What its agent has seen where the database was restored from a backup.
    package let floors: CounterFloors

    /// Whether what is out is not what is wanted.
    package var isStale: Bool {
        cluster.publishedRevision != cluster.desiredRevision || publishedInputVersion != inputVersion
    }
}

/// A layer's bytes.
package struct StoredLayer: Hashable, Sendable {
    package let digest: Digest
    package let mediaType: String
    package let bytes: [UInt8]

    package init(digest: Digest, mediaType: String, bytes: [UInt8]) {
        self.digest = digest
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// Everything that one publication writes, in one transaction.
package struct Publication: Sendable {
    package let clusterID: String
    /// What the publisher read; the publication fails as `.stale` when the cluster has moved since.
    package let expectedGeneration: Int64
    package let expectedTimestampVersion: Int64
    /// What it was compiled from.
    package let revision: Int64
    package let inputVersion: Int64
    package let sealedLayers: [UInt8]
    /// The new counters; the generation may stay the same when only the revision number moved.
    package let generation: Int64
    package let timestampVersion: Int64
    package let timestampExpires: Int64
    /// The root whose keys signed the files; with a newer one stored the publication fails as `.stale`.
    package let rootVersion: Int64
    /// Layers that are perhaps not stored yet.
    package var layers: [StoredLayer]
    /// The layers that the bundle names; empty without files.
    package let bundleLayers: [Digest]
    /// What is held back until a team has signed it; `nil` leaves what was held back before.
    package let withheld: [WithheldLayer]?
    /// Metadata by its file name, such as `3.targets.json`, `3.snapshot.json`, `timestamp.json`.
    package let files: [String: [UInt8]]

    package init(
        clusterID: String,
        expectedGeneration: Int64,
        expectedTimestampVersion: Int64,
        revision: Int64,
        inputVersion: Int64,
        sealedLayers: [UInt8],
        generation: Int64,
        timestampVersion: Int64,
        timestampExpires: Int64,
        rootVersion: Int64,
        layers: [StoredLayer],
        bundleLayers: [Digest],
        withheld: [WithheldLayer]? = nil,
        files: [String: [UInt8]]
    ) {
        self.clusterID = clusterID
        self.expectedGeneration = expectedGeneration
        self.expectedTimestampVersion = expectedTimestampVersion
        self.revision = revision
        self.inputVersion = inputVersion
        self.sealedLayers = sealedLayers
        self.generation = generation
        self.timestampVersion = timestampVersion
        self.timestampExpires = timestampExpires
        self.rootVersion = rootVersion
        self.layers = layers
        self.bundleLayers = bundleLayers
        self.withheld = withheld
        self.files = files
    }
}

/// A private key of a metadata role, encrypted in the database.
package struct RoleSigningKey: Sendable {
    package let role: MetadataRole
    package let key: SigningKey

    package init(role: MetadataRole, key: SigningKey) {
        self.role = role
        self.key = key
    }
}
