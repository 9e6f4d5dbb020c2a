import Concurrency
import JSON
import Postgres
import Values

/// Old events make room, and those of another database's past too.
extension HubStore {
    /// One replica clears at a time.
    private static let clearingLock: Int64 = 0x6F74_6F6D_695F_6576
    private static let clearingBatch = 5_000

    /// Clears away the oldest events, one bounded step: what is older than `age`, and what is beyond the newest `count`.
    ///
    /// The newest event that readers may see always stays, because every position names a row.
    ///
    /// - Returns: whether there may be more to clear.
    /// - Throws: `StoreError`.
    package func clearEvents(olderThan age: Duration, keeping count: Int) async throws -> Bool {
        let horizon = clock() - age
        return try await unbound.write(
            "store.clearEvents",
            "old events were not cleared away",
            audit: .notAudited("news, of which the audit log keeps the proof")
        ) { connection in
            let isAlone: Bool =
                try connection.query(
                    "SELECT pg_try_advisory_xact_lock(\(Self.clearingLock)) AS taken"
                ).first?.get("taken") ?? false
            guard isAlone else { return false }
            let cleared = try connection.query(
                """
                WITH readable AS (
                    SELECT transaction_id, id FROM events
                    WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
                    ORDER BY transaction_id DESC, id DESC LIMIT 1
                ), oldest AS (
                    SELECT e.transaction_id, e.id, e.at FROM events e, readable r
                    WHERE (e.transaction_id, e.id) < (r.transaction_id, r.id)
                    ORDER BY e.transaction_id, e.id LIMIT \(Self.clearingBatch)
                )
                DELETE FROM events e USING oldest o, readable r
                WHERE (e.transaction_id, e.id) = (o.transaction_id, o.id)
                    AND (o.at < \(horizon) OR o.id <= r.id - \(count)::bigint)
                RETURNING e.id
                """
            )
            return cleared.count == Self.clearingBatch
        }
    }

    /// Begins the events anew where their transactions are not of this server's past: the database came out of a dump, and
    /// its numbers would mix with those to come.
    ///
    /// Readers are told to look at everything again.
    ///
    /// - Returns: whether that was so.
    /// - Throws: `StoreError`.
    @discardableResult
    package func settleEvents() async throws -> Bool {
        let began = FleetEvent("events.began", "events", data: ["reason": "the database came out of a backup"])
        return try await unbound.write(
            "store.settleEvents",
            "the events were not settled",
            audit: .notAudited("news, of which the audit log keeps the proof")
        ) { connection in
            // What is visible was committed here before the snapshot, unless another server numbered it.
            let strangers = try connection.query(
                """
                SELECT FROM events WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) LIMIT 1
                """
            )
            guard !strangers.isEmpty else { return false }
            try connection.query("DELETE FROM events")
            try insert([(began, actor)], on: connection)
            return true
        }
    }
}
