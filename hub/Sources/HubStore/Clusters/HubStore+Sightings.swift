package import Concurrency
import Postgres

extension HubStore {
    /// Notes when agents were last heard of, all in one statement.
    ///
    /// - Parameter seen: by cluster id; clusters that are gone are passed over.
    /// - Throws: `StoreError`.
    package func touch(_ seen: [String: UnixTime]) async throws {
        guard !seen.isEmpty else { return }
        let ids = seen.keys.sorted()  // one order for everyone, so that two batches cannot deadlock
        let times = ids.compactMap { seen[$0] }
        try await writeOne("last sightings were not stored", notAudited: "agents' sightings") { connection in
            try connection.query(
                """
                INSERT INTO agent_sightings (cluster_id, last_seen)
                SELECT t.id, t.seen FROM unnest(\(ids), \(times)) AS t (id, seen)
                JOIN clusters c ON c.id = t.id
                ON CONFLICT (cluster_id) DO UPDATE
                SET last_seen = greatest(agent_sightings.last_seen, excluded.last_seen)
                """
            )
        }
    }
}
