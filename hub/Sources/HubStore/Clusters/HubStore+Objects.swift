package import JSON
import Postgres

extension HubStore {
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
