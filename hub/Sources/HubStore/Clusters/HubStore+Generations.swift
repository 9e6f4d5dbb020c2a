import Postgres

extension HubStore {
    /// One page of the generations that were published for a cluster, the newest first.
    ///
    /// `before`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func generations(
        clusterID: String,
        before: Int64? = nil,
        limit: Int = 50
    ) async throws -> Page<AppliedGeneration> {
        let limit = max(1, min(limit, Int(AppliedGeneration.kept)))
        let found = try await read("the generations of cluster \(clusterID) cannot be read") { connection in
            try connection.query(
                """
                SELECT generation, revision, published_at, applied_at, ready_at, state FROM cluster_generations
                WHERE cluster_id = \(clusterID) AND generation < \(before ?? .max)
                ORDER BY generation DESC LIMIT \(limit + 1)
                """
            ).map(AppliedGeneration.init(row:))
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last.map { String($0.generation) } : nil)
    }
}
