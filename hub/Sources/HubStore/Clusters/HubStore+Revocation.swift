import Values
package import Concurrency
import Postgres

extension HubStore {
    /// Refuses a cluster's agent from now on.
    ///
    /// Its keys never count again, and no token or address that was given out; a new token lets an agent with other keys enrol.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func revokeCluster(named name: String) async throws {
        let now = clock()
        try await write(
            "store.cluster.revoke",
            "cluster '\(name)' was not revoked",
            audit: .entry(.revokeCluster, "cluster \(name)")
        ) { connection in
            let revoked = try connection.query(
                """
                UPDATE clusters SET revoked_at = coalesce(revoked_at, \(now)), quarantined_at = NULL
                WHERE name = \(name) RETURNING id, pg_notify(\(Channel.cluster), id)
                """
            )
            let id: String = try revoked.first.orNotFound("cluster '\(name)'").get(0)
            try connection.pipeline([
                // Before the tokens: whoever is being served at that moment has made one, which then goes too.
                Self.closingInstallation(of: id),
                "DELETE FROM enrolment_tokens WHERE cluster_id = \(id)",
                "DELETE FROM admission_requests WHERE cluster_id = \(id)",
                """
                INSERT INTO revoked_keys (key_id, revoked_at)
                SELECT k.key_id, \(now) FROM agents a CROSS JOIN unnest(ARRAY[a.key_id, a.previous_key_id]) AS k (key_id)
                WHERE a.cluster_id = \(id) AND k.key_id IS NOT NULL
                ON CONFLICT DO NOTHING
                """,
            ])
        }
    }

    /// Makes a token with which a revoked cluster can come back; it stays revoked until its agent has enrolled anew.
    ///
    /// - Throws: `StoreError.Code.notFound`, `.outdated` when it is not revoked.
    package func readmitCluster(named name: String) async throws -> EnrolmentToken {
        let token = newToken(for: name)
        try await write(
            "store.cluster.readmit",
            "cluster '\(name)' was not readmitted",
            audit: .entry(.revokeCluster, "cluster \(name)", detail: "readmitted")
        ) { connection in
            let row = try connection.query("SELECT id, revoked_at FROM clusters WHERE name = \(name) FOR UPDATE").first
            let cluster = try row.orNotFound("cluster '\(name)'")
            guard try cluster.get("revoked_at", as: UnixTime?.self) != nil else {
                throw StoreError(
                    .outdated,
                    "cluster '\(name)' is not revoked: otomi cluster token \(name) makes a token"
                )
            }
            try store(token, of: try cluster.get("id"), on: connection)
        }
        return token
    }

    /// The clusters that were revoked or put in quarantine since then.
    ///
    /// - Throws: `StoreError`.
    package func shutOut(since: UnixTime) async throws -> [String] {
        try await read("revoked clusters cannot be read") { connection in
            try connection.query(
                """
                SELECT id FROM clusters WHERE revoked_at >= \(since)
                UNION SELECT id FROM clusters WHERE quarantined_at >= \(since)
                """
            ).map { try $0.get(0, as: String.self) }
        }
    }
}
