package import JSON
import Postgres

extension HubStore {
    /// What the stored buckets of a cluster hash to.
    ///
    /// - Throws: `StoreError`.
    package func bucketHashes(clusterID: String) async throws -> [Int: UInt64] {
        try await read("the objects of cluster \(clusterID) cannot be read") { connection in
            let rows = try connection.query(
                "SELECT bucket, hash FROM cluster_objects WHERE cluster_id = \(clusterID)"
            )
            var hashes: [Int: UInt64] = [:]
            for row in rows {
                hashes[try row.get("bucket")] = UInt64(bitPattern: try row.get("hash", as: Int64.self))
            }
            return hashes
        }
    }

    /// Replaces buckets by what the agent of that boot says of them; `nil` and nothing when that boot is not the last.
    ///
    /// - Returns: the last report, whole.
    /// - Throws: `StoreError`.
    package func keep(_ buckets: [ObjectBucket], bootID: String, clusterID: String) async throws -> JSONValue? {
        let numbers = buckets.map { Int64($0.number) }
        let hashes = buckets.map { Int64(bitPattern: $0.hash) }
        let objects = buckets.map { JSONValue.array($0.objects) }
        let failure = "the objects of cluster \(clusterID) were not stored"
        return try await write("store.objects", failure, audit: .notAudited("an agent's report")) { connection in
            // The row is held, so that no report of a newer boot comes in between.
            let report = try connection.query(
                """
                SELECT body FROM cluster_reports WHERE cluster_id = \(clusterID) AND boot_id = \(bootID) FOR UPDATE
                """
            ).first
            guard let report else { return nil }
            try connection.query(
                """
                INSERT INTO cluster_objects (cluster_id, bucket, hash, objects)
                SELECT \(clusterID), t.bucket, t.hash, t.objects
                FROM unnest(\(numbers), \(hashes), \(objects)) AS t (bucket, hash, objects)
                ON CONFLICT (cluster_id, bucket) DO UPDATE SET hash = excluded.hash, objects = excluded.objects
                """
            )
            return try report.get("body")
        }
    }

    /// One page of the states of a cluster's objects, by their keys.
    ///
    /// `after`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func objects(
        clusterID: String,
        _ filter: ObjectFilter,
        after: String? = nil,
        limit: Int = 500
    ) async throws -> Page<JSONValue> {
        let limit = max(1, min(limit, 1000))
        let found = try await read("the objects of cluster \(clusterID) cannot be read") { connection in
            try connection.query(
                """
                SELECT o.object FROM cluster_objects c CROSS JOIN jsonb_array_elements(c.objects) AS o (object)
                WHERE c.cluster_id = \(clusterID) AND (o.object ->> 'key') COLLATE "C" > \(after ?? "")
                    AND (\(filter.kind)::text IS NULL OR o.object ->> 'kind' = \(filter.kind))
                    AND (\(filter.namespace)::text IS NULL OR o.object ->> 'namespace' = \(filter.namespace))
                    AND (\(filter.namespaces)::text[] IS NULL OR o.object ->> 'namespace' = ANY (\(filter.namespaces)))
                    AND (\(filter.layer)::text IS NULL OR o.object ->> 'layer' = \(filter.layer))
                    AND CASE coalesce(\(filter.state), '')
                        WHEN '' THEN true
                        WHEN 'ready' THEN o.object ->> 'state' = 'applied' AND o.object ->> 'health' = 'ready'
                        WHEN 'notReady' THEN NOT (o.object ->> 'state' = 'applied' AND o.object ->> 'health' = 'ready')
                        ELSE \(filter.state) IN (o.object ->> 'state', o.object ->> 'health') END
                ORDER BY (o.object ->> 'key') COLLATE "C" LIMIT \(limit + 1)
                """
            ).map { try $0.get("object", as: JSONValue.self) }
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?["key"]?.stringValue : nil)
    }
}
