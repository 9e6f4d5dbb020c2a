package import Concurrency
import JSON
import Postgres
package import Values

extension HubStore {
    /// How the clusters of a commit are moved, and who decided that; nobody did where it is the standard.
    ///
    /// - Throws: `StoreError`.
    package func rolloutPolicy() async throws -> RolloutPolicyRecord {
        try await read("the rollout policy cannot be read") { connection in try policy(on: connection) }
    }

    /// Decides how the clusters of later commits are moved; rollouts that have begun keep their strategy.
    ///
    /// - Throws: `StoreError`.
    @discardableResult
    package func setRolloutPolicy(_ strategy: RolloutStrategy, by author: String) async throws -> RolloutPolicyRecord {
        let now = clock()
        let audit = AuditPlan<RolloutPolicyRecord> { before in
            [
                AuditEntry(
                    .setRolloutPolicy,
                    "rollout policy",
                    detail: strategy.title,
                    before: before.strategy.json,
                    after: strategy.json
                )
            ]
        }
        try await write("store.rollout.policy", "the rollout policy was not set", audit: audit) { connection in
            let before = try policy(on: connection)
            try connection.query(
                """
                INSERT INTO rollout_policy (strategy, set_by, set_at) VALUES (\(strategy.json), \(author), \(now))
                ON CONFLICT (id) DO UPDATE
                SET strategy = excluded.strategy, set_by = excluded.set_by, set_at = excluded.set_at
                """
            )
            return before
        }
        return RolloutPolicyRecord(strategy: strategy, author: author, setAt: now)
    }

    func policy(on connection: isolated PostgresConnection) throws -> RolloutPolicyRecord {
        let row = try connection.query("SELECT strategy, set_by, set_at FROM rollout_policy").first
        guard let row else { return RolloutPolicyRecord(strategy: .standard) }
        let json: JSONValue = try row.get("strategy")
        do throws(JSONError) {
            let strategy = try RolloutStrategy(json: json)
            return RolloutPolicyRecord(
                strategy: strategy,
                author: try? row.get("set_by"),
                setAt: try? row.get("set_at")
            )
        } catch { throw StoreError(.internal, "the stored rollout policy cannot be read: \(error)") }
    }
}

/// How the clusters of a commit are moved.
package struct RolloutPolicyRecord: Hashable, Sendable {
    package let strategy: RolloutStrategy
    /// Who decided; `nil` while it is the standard.
    package let author: String?
    package let setAt: UnixTime?

    package init(strategy: RolloutStrategy, author: String? = nil, setAt: UnixTime? = nil) {
        self.strategy = strategy
        self.author = author
        self.setAt = setAt
    }
}
