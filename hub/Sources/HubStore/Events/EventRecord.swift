package import Concurrency
package import JSON
import Postgres

/// One row of the table of events.
package struct EventRecord: Hashable, Sendable {
    package let cursor: EventCursor
    package let kind: String
    package let subject: String
    package let cluster: String?
    package let team: String?
    package let revision: Int64?
    package let actorKind: String
    package let actor: String
    package var data: JSONValue

    package var at: UnixTime { cursor.at }

    static let columns: SQL = """
        transaction_id::text::bigint AS transaction, id, at, kind, subject, cluster, team, revision, actor_kind, actor, data
        """

    init(row: PostgresRow) throws {
        cursor = try EventCursor(row: row)
        kind = try row.get("kind")
        subject = try row.get("subject")
        cluster = try row.get("cluster")
        team = try row.get("team")
        revision = try row.get("revision")
        actorKind = try row.get("actor_kind")
        actor = try row.get("actor")
        data = try row.get("data")
    }
}

extension EventCursor {
    static let columns: SQL = "transaction_id::text::bigint AS transaction, id, at"

    init(row: PostgresRow) throws {
        self.init(transaction: try row.get("transaction"), id: try row.get("id"), at: try row.get("at"))
    }
}
