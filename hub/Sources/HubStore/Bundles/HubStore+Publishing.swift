import Bundles
import Concurrency
import Postgres

/// Bundles on their way out: many clusters in one transaction.
extension HubStore {
    /// How many generations before the newest stay fetchable, for agents that are in the middle of one.
    static let keptGenerations: Int64 = 2

    /// Writes a cluster's new bundle: layers, metadata and counters, all or nothing.
    ///
    /// Metadata without files notes that the newest inputs were seen and changed nothing.
    ///
    /// - Throws: `StoreError.Code.stale` when the cluster's counters are not the expected ones any more, or a layer that the
    ///   bundle names is not stored.
    package func publish(_ publication: Publication) async throws {
        guard try await publishTogether([publication]).isEmpty else {
            throw StoreError(
                .stale,
                "cluster \(publication.clusterID) was published by somebody else meanwhile: read it again"
            )
        }
    }

    /// Writes the new bundles of many clusters, each all or nothing; no cluster twice.
    ///
    /// - Returns: the ids of those that stay as they are, because their counters are not the expected ones any more or a layer
    ///   that the bundle names is not stored.
    /// - Throws: `StoreError`.
    package func publish(_ publications: [Publication]) async throws -> Set<String> {
        do { return try await publishTogether(publications) } catch let error as StoreError where error.code == .stale {
            // One of them names a layer that is gone; the others need not wait for it.
            var stale: Set<String> = []
            for publication in publications {
                do { stale.formUnion(try await publishTogether([publication])) } catch let error as StoreError
                    where error.code == .stale
                { stale.insert(publication.clusterID) }
            }
            return stale
        }
    }

    private func publishTogether(_ publications: [Publication]) async throws -> Set<String> {
        guard !publications.isEmpty else { return [] }
        let now = clock()
        let what = publications.count == 1 ? "the bundle of cluster \(publications[0].clusterID)" : "bundles"
        return try await write(
            "store.publish",
            "\(what) could not be published",
            audit: .notAudited("follows from revisions and directives")
        ) { connection in
            let answers: [PostgresRows]
            do throws(PostgresError) {
                answers = try connection.pipeline(Self.claiming(publications, now: now))
            } catch {
                throw Self.publicationError(error, what)
            }
            let taken = Set(
                try answers.last?.map { row throws(PostgresError) in try row.get(0, as: String.self) } ?? []
            )
            let published = publications.filter { taken.contains($0.clusterID) }
            do throws(PostgresError) {
                try connection.pipeline(Self.bundleStatements(published, now: now))
            } catch {
                throw Self.publicationError(error, what)
            }
            return Set(publications.map(\.clusterID)).subtracting(taken)
        }
    }

    private static func publicationError(_ error: PostgresError, _ what: String) -> any Error {
        guard error.code == .foreignKeyViolation else { return error }
        return StoreError(
            .stale,
            "a cluster was removed, or a layer of \(what) was cleared away: publish again"
        )
    }

    // MARK: - Statements

    /// Stores layers and moves the counters of those clusters that are as they are expected; the last answers with their ids.
    private static func claiming(_ new: [Publication], now: UnixTime) -> [SQL] {
        let layers = Dictionary(new.flatMap(\.layers).map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
            .values.sorted { $0.digest < $1.digest }
        var statements: [SQL] = []
        // Two replicas that write the same rows meet them in one order.
        if !layers.isEmpty {
            statements.append(
                """
                INSERT INTO layers (digest, media_type, bytes, created_at)
                SELECT t.digest, t.media_type, t.bytes, \(now)
                FROM unnest(\(layers.map(\.digest.bytes)), \(layers.map(\.mediaType)), \(layers.map(\.bytes)))
                    AS t (digest, media_type, bytes)
                ON CONFLICT (digest) DO NOTHING
                """
            )
        }
        let ids = new.map(\.clusterID)
        if new.count > 1 {
            statements.append(
                "SELECT FROM clusters WHERE id = ANY (\(ids)) ORDER BY id FOR NO KEY UPDATE"
            )
        }
        statements.append(
            """
            UPDATE clusters SET generation = n.generation, published_revision = n.revision,
                published_input_version = n.input_version, sealed_layers = n.sealed_layers,
                timestamp_version = n.timestamp_version, timestamp_expires = n.timestamp_expires,
                root_version = n.root_version
            FROM unnest(
                \(ids), \(new.map(\.expectedGeneration)), \(new.map(\.expectedTimestampVersion)), \(new.map(\.revision)),
                \(new.map(\.inputVersion)), \(new.map(\.sealedLayers)), \(new.map(\.generation)),
                \(new.map(\.timestampVersion)), \(new.map(\.timestampExpires)), \(new.map(\.rootVersion))
            ) AS n (id, expected_generation, expected_timestamp, revision, input_version, sealed_layers, generation,
                timestamp_version, timestamp_expires, root_version)
            WHERE clusters.id = n.id AND clusters.generation = n.expected_generation
                AND clusters.timestamp_version = n.expected_timestamp AND clusters.revoked_at IS NULL
                AND (n.timestamp_version = n.expected_timestamp
                    OR (\(isNewestRoot("n.root_version")) AND \(passesWhatWasSeen)))
            RETURNING clusters.id
            """
        )
        return statements
    }

    /// What is written of the clusters whose counters have moved.
    private static func bundleStatements(_ published: [Publication], now: UnixTime) -> [SQL] {
        let new = published.filter { !$0.files.isEmpty }
        let woken = published.filter { $0.timestampVersion != $0.expectedTimestampVersion }.map(\.clusterID)
        var statements: [SQL] = []
        if !new.isEmpty { statements += metadataStatements(new, now: now) + layerStatements(new) }
        statements += withholding(published)
        if !woken.isEmpty {
            statements.append("SELECT count(pg_notify(\(Channel.bundle), id)) FROM unnest(\(woken)) AS t (id)")
        }
        return statements
    }

    private static func metadataStatements(_ new: [Publication], now: UnixTime) -> [SQL] {
        let files = new.flatMap { publication in
            publication.files.sorted { $0.key < $1.key }.map { (publication, name: $0.key, bytes: $0.value) }
        }
        let ids = new.map(\.clusterID)
        let generations = new.map(\.generation)
        return [
            """
            INSERT INTO cluster_metadata (cluster_id, file, generation, bytes)
            SELECT t.id, t.file, t.generation, t.bytes
            FROM unnest(\(files.map(\.0.clusterID)), \(files.map(\.name)), \(files.map(\.0.generation)), \(files.map(\.bytes)))
                AS t (id, file, generation, bytes)
            ON CONFLICT (cluster_id, file) DO UPDATE SET generation = excluded.generation, bytes = excluded.bytes
            """,
            """
            DELETE FROM cluster_metadata m USING unnest(\(ids), \(generations.map { $0 - keptGenerations })) AS n (id, oldest)
            WHERE m.cluster_id = n.id AND m.generation < n.oldest
            """,
            """
            INSERT INTO cluster_generations (cluster_id, generation, revision, published_at)
            SELECT n.id, n.generation, n.revision, \(now)
            FROM unnest(\(ids), \(generations), \(new.map(\.revision))) AS n (id, generation, revision)
            ON CONFLICT (cluster_id, generation) DO NOTHING
            """,
            """
            DELETE FROM cluster_generations g
            USING unnest(\(ids), \(generations.map { $0 - AppliedGeneration.kept })) AS n (id, newest)
            WHERE g.cluster_id = n.id AND g.generation <= n.newest
            """,
        ]
    }

    /// Ends the rows of layers that the new bundles do not name, and begins those of layers that the old ones did not.
    private static func layerStatements(_ new: [Publication]) -> [SQL] {
        let ids = new.map(\.clusterID)
        let generations = new.map(\.generation)
        let named = new.flatMap { publication in
            Set(publication.bundleLayers).map { (publication, digest: $0.bytes) }
        }
        let namedIDs = named.map(\.0.clusterID)
        let digests = named.map(\.digest)
        return [
            """
            UPDATE bundle_layers b SET last_generation = n.generation - 1
            FROM unnest(\(ids), \(generations)) AS n (id, generation)
            WHERE b.cluster_id = n.id AND b.last_generation IS NULL AND NOT EXISTS (
                SELECT FROM unnest(\(namedIDs), \(digests)) AS t (id, digest)
                WHERE t.id = b.cluster_id AND t.digest = b.digest)
            """,
            """
            INSERT INTO bundle_layers (cluster_id, digest, generation)
            SELECT t.id, t.digest, t.generation
            FROM unnest(\(namedIDs), \(digests), \(named.map(\.0.generation))) AS t (id, digest, generation)
            WHERE NOT EXISTS (
                SELECT FROM bundle_layers b
                WHERE b.cluster_id = t.id AND b.digest = t.digest AND b.last_generation IS NULL)
            ON CONFLICT (cluster_id, digest, generation) DO UPDATE SET last_generation = NULL
            """,
            """
            DELETE FROM bundle_layers b USING unnest(\(ids), \(generations.map { $0 - keptGenerations })) AS n (id, oldest)
            WHERE b.cluster_id = n.id AND b.last_generation < n.oldest
            """,
        ]
    }

    /// What publications say of the layers that they hold back.
    private static func withholding(_ published: [Publication]) -> [SQL] {
        let saying = published.filter { $0.withheld != nil }
        guard !saying.isEmpty else { return [] }
        let delete: SQL = "DELETE FROM withheld_layers WHERE cluster_id = ANY (\(saying.map(\.clusterID)))"
        let layers = saying.flatMap { publication in (publication.withheld ?? []).map { (publication.clusterID, $0) } }
        guard !layers.isEmpty else { return [delete] }
        return [
            delete,
            """
            INSERT INTO withheld_layers (cluster_id, team, digest, length, objects)
            SELECT * FROM unnest(
                \(layers.map(\.0)), \(layers.map(\.1.team)), \(layers.map(\.1.digest.bytes)),
                \(layers.map { Int64($0.1.length) }), \(layers.map { Int64($0.1.objects) }))
            """,
        ]
    }

    /// What is signed by the keys of an older root must not go out after a newer one did.
    static func isNewestRoot(_ version: SQL) -> SQL {
        "NOT EXISTS (SELECT FROM root_metadata WHERE version > \(version))"
    }
}
