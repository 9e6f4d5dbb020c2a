package import Bundles
import Concurrency
import Postgres

extension HubStore {
    /// What could be carried along with the timestamps of agents' clusters, for requests that were let in before and are held
    /// open.
    ///
    /// One statement reads all of it, so that timestamp, snapshot and targets belong together, and the layers to them.
    ///
    /// - Throws: `StoreError`.
    package func parcelContents(for questions: Set<ParcelQuestion>) async throws -> [ParcelQuestion: ParcelContents] {
        let now = clock()
        let questions = Array(questions)
        let first = questions.first?.agent.clusterID ?? "none"
        return try await read("the news of cluster \(first) cannot be read") { connection in
            let rows = try connection.query(Self.parcelContents(for: questions, now: now))
            var contents: [ParcelQuestion: ParcelContents] = [:]
            for (number, rows) in try Dictionary(grouping: rows, by: { try $0.get("number", as: Int64.self) }) {
                contents[questions[Int(number) - 1]] = try ParcelContents(rows)
            }
            return contents
        }
    }

    /// Layers, whosever they are; what is not stored is left out.
    ///
    /// - Throws: `StoreError`.
    package func layers(_ digests: Set<Digest>) async throws -> [StoredLayer] {
        let wanted = digests.map(\.bytes)
        return try await read("layers cannot be read") { connection in
            try connection.query("SELECT digest, media_type, bytes FROM layers WHERE digest = ANY (\(wanted))").map {
                row in
                guard let digest = Digest(bytes: try row.get("digest")) else {
                    throw StoreError(.internal, "the stored digest of a layer is none")
                }
                return StoredLayer(digest: digest, mediaType: try row.get("media_type"), bytes: try row.get("bytes"))
            }
        }
    }

    private static func parcelContents(for questions: [ParcelQuestion], now: UnixTime) -> SQL {
        let clusters = questions.map(\.agent.clusterID)
        let keys = questions.map(\.agent.keyID)
        let versions = questions.map(\.after)
        let generations = questions.map(\.generation)
        let snapshots = questions.map { MetadataRole.snapshot.fileName(version: $0.generation) }
        let timestamp = MetadataRole.timestamp.fileName
        return """
            WITH asked AS MATERIALIZED (
                SELECT t.number, t.cluster_id, t.known, t.snapshot, coalesce(c.generation, 0) AS generation,
                    coalesce(c.timestamp_version, 0) AS version,
                    (SELECT coalesce(max(version), 0) FROM root_metadata) AS root,
                    c.timestamp_version <> t.after AND c.generation <> t.known AS is_news,
                    c.id IS NOT NULL AND c.revoked_at IS NULL AND c.quarantined_at IS NULL AND (a.key_id = t.key_id
                        OR (a.previous_key_id = t.key_id AND a.previous_until > \(now))) IS TRUE AS is_admitted
                FROM unnest(\(clusters), \(keys), \(versions), \(generations), \(snapshots)) WITH ORDINALITY
                    AS t (cluster_id, key_id, after, known, snapshot, number)
                LEFT JOIN clusters c ON c.id = t.cluster_id
                LEFT JOIN agents a ON a.cluster_id = t.cluster_id
            )
            SELECT w.number, w.root, w.is_admitted, w.generation, w.version, m.file, m.bytes,
                NULL::bytea AS digest, NULL::bigint AS length
            FROM asked w
            LEFT JOIN cluster_metadata m ON m.cluster_id = w.cluster_id AND w.is_admitted AND (m.file = \(timestamp)
                OR (w.is_news AND (m.generation = w.generation OR m.file = w.snapshot)))
            UNION ALL
            SELECT DISTINCT w.number, w.root, w.is_admitted, w.generation, w.version, NULL::text, NULL::bytea,
                l.digest, octet_length(l.bytes)::bigint
            FROM asked w
            JOIN bundle_layers b ON b.cluster_id = w.cluster_id AND b.last_generation IS NULL
                AND (b.generation > w.known OR w.known > w.generation)
            JOIN layers l ON l.digest = b.digest
            WHERE w.is_admitted AND w.is_news
            """
    }
}

extension ParcelContents {
    /// What the rows of one question say: one for each file, or without one, and one for each layer.
    fileprivate init(_ rows: [PostgresRow]) throws {
        var files: [String: [UInt8]] = [:]
        var layers: [Layer] = []
        for row in rows {
            if let file = try row.get("file", as: String?.self) { files[file] = try row.get("bytes") }
            guard let bytes = try row.get("digest", as: [UInt8]?.self) else { continue }
            guard let digest = Digest(bytes: bytes) else {
                throw StoreError(.internal, "the stored digest of a layer is none")
            }
            layers.append(Layer(digest: digest, length: Int(try row.get("length", as: Int64.self))))
        }
        held = HeldTimestamp(
            bytes: files.removeValue(forKey: MetadataRole.timestamp.fileName),
            versions: MetadataVersions(timestamp: try rows[0].get("version"), root: try rows[0].get("root")),
            isAdmitted: try rows[0].get("is_admitted")
        )
        generation = try rows[0].get("generation")
        self.files = files
        self.layers = layers.sorted { $0.length < $1.length }
    }
}
