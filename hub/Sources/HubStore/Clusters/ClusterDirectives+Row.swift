import Bundles
import Concurrency
import Postgres

extension ClusterDirectives {
    init(row: PostgresRow) throws {
        let mode = try row.get("drift_mode", as: String.self)
        guard let drift = Directives.DriftMode(rawValue: mode) else {
            throw StoreError(.internal, "the stored drift mode '\(mode)' is none")
        }
        self.init(hold: try Hold(row: row), drift: drift, confirmation: try Confirmation(row: row))
    }
}

extension ClusterDirectives.Hold {
    /// `nil` when nobody holds the cluster.
    init?(row: PostgresRow) throws {
        guard let reason = try row.get("hold_reason", as: String?.self) else { return nil }
        self.init(reason: reason, author: try row.get("hold_by"), since: try row.get("hold_at"))
    }
}

extension ClusterDirectives.Confirmation {
    /// `nil` when no deletion is confirmed.
    init?(row: PostgresRow) throws {
        guard let generation = try row.get("confirmed_generation", as: Int64?.self) else { return nil }
        guard let deletions = Digest(bytes: try row.get("confirmed_deletions")) else {
            throw StoreError(.internal, "the stored digest of confirmed deletions is none")
        }
        self.init(
            generation: generation,
            deletions: deletions,
            author: try row.get("confirmed_by"),
            confirmedAt: try row.get("confirmed_at")
        )
    }
}
