package import Bundles
import Concurrency
import Postgres

extension HubStore {
    /// That what is out for a cluster is not what is wanted.
    static let isStale: SQL = """
        c.revoked_at IS NULL AND (c.published_revision IS DISTINCT FROM c.desired_revision
            OR c.published_input_version IS DISTINCT FROM c.input_version)
            AND (w.cluster_id IS NULL OR NOT \(restrains))
        """

    /// What the publisher works from, by cluster name.
    ///
    /// `stale`: only clusters whose published bundle is not what is wanted.
    ///
    /// - Throws: `StoreError`.
    package func publicationStates(stale: Bool) async throws -> [PublicationState] {
        let condition: SQL = stale ? Self.isStale : "true"
        return try await read("publications cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.judgedColumns), \(Self.floorColumns) FROM \(Self.publicationTables)
                WHERE \(condition) ORDER BY c.name
                """
            ).map(PublicationState.init(row:))
        }
    }

    /// What the publisher works from, for one cluster.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func publicationState(clusterID: String) async throws -> PublicationState {
        try await read("the publication of cluster \(clusterID) cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.judgedColumns), \(Self.floorColumns) FROM \(Self.publicationTables)
                WHERE c.id = \(clusterID)
                """
            ).first.map(PublicationState.init(row:)).orNotFound("cluster \(clusterID)")
        }
    }

    /// Published clusters whose metadata is to be signed anew, the most urgent first: the timestamp expires before a moment,
    /// or there is a newer root than the one it was signed under.
    ///
    /// `seconds`: since 1970.
    ///
    /// - Throws: `StoreError`.
    package func publicationsToRenew(
        expiringBefore seconds: Int64,
        signedBeforeRoot rootVersion: Int64,
        limit: Int
    ) async throws -> [PublicationState] {
        try await read("expiring timestamps cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.judgedColumns), \(Self.floorColumns) FROM \(Self.publicationTables)
                WHERE (c.timestamp_expires < \(seconds) OR c.root_version < \(rootVersion))
                    AND c.revoked_at IS NULL AND c.generation > 0 AND a.cluster_id IS NOT NULL
                    AND (w.cluster_id IS NULL OR NOT \(Self.restrains))
                ORDER BY c.timestamp_expires LIMIT \(max(1, limit))
                """
            ).map(PublicationState.init(row:))
        }
    }

    /// Those of `digests` that are not stored.
    ///
    /// - Throws: `StoreError`.
    package func missingLayers(among digests: [Digest]) async throws -> [Digest] {
        try await read("layers cannot be looked up") { connection in
            let stored = try connection.query("SELECT digest FROM layers WHERE digest = ANY (\(digests.map(\.bytes)))")
            let known = Set(try stored.map { row throws(PostgresError) in try row.get(0, as: [UInt8].self) })
            return digests.filter { !known.contains($0.bytes) }
        }
    }

    /// Replaces a cluster's timestamp by a later one over the same snapshot, signed under the root `rootVersion`.
    ///
    /// - Throws: `StoreError.Code.stale` when the stored version is not the expected one any more, or there is a newer root.
    package func refreshTimestamp(
        clusterID: String,
        expectedVersion: Int64,
        version: Int64,
        expires: Int64,
        rootVersion: Int64,
        bytes: [UInt8]
    ) async throws {
        try await write(
            "store.timestamp",
            "the timestamp of cluster \(clusterID) was not renewed",
            audit: .notAudited("says again what is out")
        ) { connection in
            let changed = try connection.query(
                """
                UPDATE clusters SET timestamp_version = \(version), timestamp_expires = \(expires),
                    root_version = \(rootVersion)
                WHERE id = \(clusterID) AND timestamp_version = \(expectedVersion) AND revoked_at IS NULL
                    AND \(Self.isNewestRoot("\(rootVersion)")) AND NOT EXISTS (
                        SELECT FROM restrained_clusters w WHERE w.cluster_id = clusters.id
                            AND (\(Self.restrains) OR \(version) <= w.floor_timestamp))
                """
            ).affected
            guard changed == 1 else {
                throw StoreError(.stale, "cluster \(clusterID) was published by somebody else meanwhile: read it again")
            }
            try connection.pipeline([
                """
                INSERT INTO cluster_metadata (cluster_id, file, generation, bytes)
                SELECT id, 'timestamp.json', generation, \(bytes) FROM clusters WHERE id = \(clusterID)
                ON CONFLICT (cluster_id, file) DO UPDATE SET generation = excluded.generation, bytes = excluded.bytes
                """,
                "SELECT pg_notify(\(Channel.bundle), \(clusterID))",
            ])
        }
    }

    /// A metadata file of a cluster, such as `timestamp.json` or `3.targets.json`; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func metadata(clusterID: String, file: String) async throws -> [UInt8]? {
        try await read("\(file) of cluster \(clusterID) cannot be read") { connection in
            try connection.query(
                "SELECT bytes FROM cluster_metadata WHERE cluster_id = \(clusterID) AND file = \(file)"
            ).first?.get(0)
        }
    }

    /// One metadata file of each of some clusters, by the cluster's id; what is not stored is left out.
    ///
    /// - Throws: `StoreError`.
    package func metadata(files: [String: String]) async throws -> [String: [UInt8]] {
        let wanted = files.sorted { $0.key < $1.key }
        return try await read("metadata cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT m.cluster_id, m.bytes FROM unnest(\(wanted.map(\.key)), \(wanted.map(\.value))) AS t (id, file)
                JOIN cluster_metadata m ON m.cluster_id = t.id AND m.file = t.file
                """
            )
            return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get(0), try $0.get(1)) })
        }
    }

    /// A layer; `nil` when there is none.
    ///
    /// `clusterID`: finds only layers that this cluster's recent bundles name; `nil` finds any.
    ///
    /// - Throws: `StoreError`.
    package func layer(_ digest: Digest, clusterID: String?) async throws -> StoredLayer? {
        let bytes = digest.bytes
        let permission: SQL =
            clusterID.map { id in
                "EXISTS (SELECT FROM bundle_layers b WHERE b.cluster_id = \(id) AND b.digest = l.digest)"
            } ?? "true"
        return try await read("layer \(digest) cannot be read") { connection in
            try connection.query(
                "SELECT l.media_type, l.bytes FROM layers l WHERE l.digest = \(bytes) AND \(permission)"
            ).first.map { row throws(PostgresError) in
                StoredLayer(digest: digest, mediaType: try row.get(0), bytes: try row.get(1))
            }
        }
    }

    /// Clears away layers that no recent bundle names.
    ///
    /// What is sealed is one cluster's alone and comes into being with its bundle, so nobody will name it again; every change
    /// of a secret makes another, which is most of what there is to clear away.
    ///
    /// - Parameters:
    ///   - age: younger ones stay, for a bundle that names them may be on its way.
    ///   - sealedAge: sealed ones that are younger stay.
    /// - Returns: how many went.
    /// - Throws: `StoreError`.
    package func clearLayers(
        olderThan age: Duration = .seconds(3_600),
        sealedOlderThan sealedAge: Duration = .seconds(60)
    ) async throws -> Int {
        let (before, sealedBefore) = (clock() - age, clock() - sealedAge)
        let sealed = LayerMediaType.sealed.rawValue
        return try await writeOne("unused layers were not cleared away", notAudited: "nobody needs them") {
            connection in
            try connection.query(
                """
                DELETE FROM layers l
                WHERE (l.created_at < \(before) OR (l.media_type = \(sealed) AND l.created_at < \(sealedBefore)))
                    AND NOT EXISTS (SELECT FROM bundle_layers b WHERE b.digest = l.digest)
                    AND NOT EXISTS (SELECT FROM withheld_layers w WHERE w.digest = l.digest)
                """
            ).affected
        }
    }
}
