package import Concurrency
import JSON
package import Postgres
import Values

extension HubStore {
    /// How many events one step of a reader takes at most.
    package static let eventBatch = 500

    // MARK: - Telling

    /// Tells of events; they count, and wake their readers, when the transaction is committed.
    ///
    /// Acts that are audited become events by themselves (`write`): this is for what the hub finds out.
    ///
    /// - Throws: `PostgresError`.
    package func emit(_ events: [FleetEvent], on connection: isolated PostgresConnection) throws {
        guard !events.isEmpty else { return }
        let teams = actor.teams
        try connection.pipeline(TeamRows.unbind(teams))
        try insert(events.map { ($0, actor) }, on: connection)
        try connection.pipeline(TeamRows.bind(to: teams))
    }

    /// Appends rows on behalf of the actors named; the connection must not be bound to teams.
    func insert(_ events: [(event: FleetEvent, actor: Actor)], on connection: isolated PostgresConnection) throws {
        guard !events.isEmpty else { return }
        let now = clock()
        let told = events.map(\.event)
        let principals = events.map(\.actor.principal)
        try connection.pipeline([
            """
            INSERT INTO events (at, kind, subject, cluster, team, revision, actor_kind, actor, data)
            SELECT \(now), kind, subject, nullif(cluster, ''), nullif(team, ''), nullif(revision, 0), actor_kind, actor, data
            FROM unnest(
                \(told.map(\.kind)), \(told.map(\.subject)), \(told.map { $0.cluster ?? "" }),
                \(told.map { $0.team ?? "" }), \(told.map { $0.revision ?? 0 }), \(principals.map(\.kind.rawValue)),
                \(principals.map(\.name)), \(told.map(\.data))
            ) WITH ORDINALITY AS t (kind, subject, cluster, team, revision, actor_kind, actor, data, place)
            ORDER BY place
            """,
            // One notification for each transaction: PostgreSQL drops those that are equal.
            "SELECT pg_notify(\(Channel.event), '')",
        ])
    }

    // MARK: - Reading

    /// The events after a position, in the one order that every reader sees.
    ///
    /// Only transactions below the horizon of the snapshot are read: all of those are over, so nothing can appear behind
    /// `next` later.
    ///
    /// - Parameters:
    ///   - position: `nil` reads nothing and tells where the newest event is.
    ///   - limit: at most `HubStore.eventBatch`.
    /// - Returns: the events, and where to go on.
    /// - Throws: `StoreError`.
    package func events(after position: EventCursor?, limit: Int = HubStore.eventBatch) async throws -> EventBatch {
        try await unbound.read("the events cannot be read") { connection in
            try events(after: position, limit: max(1, min(limit, Self.eventBatch)), on: connection)
        }
    }

    func events(
        after position: EventCursor?,
        limit: Int,
        on connection: isolated PostgresConnection
    ) throws -> EventBatch {
        guard let position else {
            return EventBatch(events: [], next: try newestEvent(on: connection) ?? .beginning)
        }
        let place: SQL = "(\(String(position.transaction))::xid8, \(position.id))"
        let answers = try connection.pipeline([
            // Asked before the rows are read, because each statement has a horizon of its own: the other way round, what became
            // readable in between would be neither read nor held back.
            """
            SELECT EXISTS (
                SELECT FROM events WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
            ) AS held
            """,
            """
            SELECT \(EventRecord.columns) FROM events
            WHERE (transaction_id, id) > \(place) AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY transaction_id, id LIMIT \(limit + 1)
            """,
            // Asked afterwards, because what is cleared away begins with the oldest: while the position is there, nothing that
            // follows it was cleared before the rows were read.
            "SELECT at FROM events WHERE (transaction_id, id) = \(place)",
        ])
        guard try position == .beginning || answers[2].first?.get("at") == position.at else {
            var batch = EventBatch(events: [], next: try newestEvent(on: connection) ?? .beginning)
            batch.isResync = true
            return batch
        }
        let events = try answers[1].map(EventRecord.init(row:))
        var batch = EventBatch(events: Array(events.prefix(limit)), next: position)
        batch.next = batch.events.last?.cursor ?? position
        batch.hasMore = events.count > limit
        batch.isHeldBack = try answers[0].first?.get("held") ?? false
        return batch
    }

    /// The position before the first event at `time` or later.
    ///
    /// - Throws: `StoreError`.
    package func eventPosition(before time: UnixTime) async throws -> EventCursor {
        try await unbound.read("the events cannot be read") { connection in
            try connection.query(
                """
                SELECT \(EventCursor.columns) FROM events
                WHERE at < \(time) AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
                ORDER BY transaction_id DESC, id DESC LIMIT 1
                """
            ).first.map(EventCursor.init(row:)) ?? .beginning
        }
    }

    /// The last event that readers may see.
    func newestEvent(on connection: isolated PostgresConnection) throws -> EventCursor? {
        try connection.query(
            """
            SELECT \(EventCursor.columns) FROM events WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY transaction_id DESC, id DESC LIMIT 1
            """
        ).first.map(EventCursor.init(row:))
    }
}
