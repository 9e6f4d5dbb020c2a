package import Concurrency
import JSON
import Postgres

/// An address that events are sent to.
package struct Webhook: Hashable, Sendable {
    package let name: String
    package let url: String
    package let kinds: EventKinds
    package let createdAt: UnixTime
    package let createdBy: String
    /// Since when no delivery has come through; `nil` while the last one did.
    package let failingSince: UnixTime?
    package let disabledAt: UnixTime?
    package let disabledReason: String?
    /// How many deliveries are still to be made.
    package let pending: Int64

    static let columns: SQL = """
        w.name, w.url, w.kinds, w.created_at, w.created_by, w.failing_since, w.disabled_at, w.disabled_reason,
            (SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.name AND d.state = 'pending') AS pending
        """

    init(row: PostgresRow) throws {
        name = try row.get("name")
        url = try row.get("url")
        kinds = EventKinds(stored: try row.get("kinds"))
        createdAt = try row.get("created_at")
        createdBy = try row.get("created_by")
        failingSince = try row.get("failing_since")
        disabledAt = try row.get("disabled_at")
        disabledReason = try row.get("disabled_reason")
        pending = try row.get("pending")
    }

    /// What the audit log hashes.
    var auditedForm: JSONValue {
        .members(["name": name, "url": url, "kinds": kinds.json, "disabled": disabledAt != nil])
    }
}
