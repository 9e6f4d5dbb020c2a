package import Concurrency
import Postgres

extension HubStore {
    /// How many rows of security events are kept; the oldest go first.
    private static let maximumSecurityEvents: Int64 = 100_000
    private static let maximumDetailBytes = 1_024

    /// Keeps an event.
    ///
    /// - Throws: `StoreError`.
    package func note(securityEvent event: SecurityEvent) async throws {
        try await write(
            "store.security.note",
            "the security event about '\(event.subject)' was not stored",
            audit: .notAudited("a security event")
        ) {
            connection in try insert(event, on: connection)
        }
    }

    /// Keeps an event in a transaction that does something else as well.
    func insert(_ event: SecurityEvent, on connection: isolated PostgresConnection) throws {
        let now = clock()
        let hour = now.seconds / 3_600
        let (address, detail) = (Self.cut(event.address ?? ""), Self.cut(event.detail))
        let subject = Self.cut(event.subject)
        // An update first: an insertion that ends as an update would use up a number.
        let repeated = try connection.query(
            """
            UPDATE security_events SET times = times + 1, last_at = greatest(last_at, \(now))
            WHERE kind = \(event.kind.rawValue) AND subject = \(subject) AND address = \(address)
                AND detail = \(detail) AND hour = \(hour)
            """
        ).affected
        guard repeated == 0 else { return }
        try connection.pipeline([
            """
            INSERT INTO security_events AS e (kind, subject, cluster_id, address, detail, first_at, last_at, hour)
            VALUES (\(event.kind.rawValue), \(subject), \(event.clusterID), \(address), \(detail), \(now), \(now), \(hour))
            ON CONFLICT ON CONSTRAINT security_events_once_key
            DO UPDATE SET times = e.times + 1, last_at = greatest(e.last_at, excluded.last_at)
            """,
            """
            DELETE FROM security_events
            WHERE id <= (SELECT max(id) FROM security_events) - \(Self.maximumSecurityEvents)
            """,
        ])
    }

    /// The newest events first.
    ///
    /// - Parameters:
    ///   - clusterID: only those about this cluster.
    ///   - since: only those that happened at this time or later.
    ///   - limit: how many at most.
    /// - Returns: each with how often it happened.
    /// - Throws: `StoreError`.
    package func securityEvents(
        clusterID: String? = nil,
        since: UnixTime? = nil,
        limit: Int = 100
    ) async throws -> [StoredSecurityEvent] {
        let limit = max(1, min(limit, 1_000))
        return try await read("the security events cannot be read") { connection in
            try connection.query(
                """
                SELECT id, kind, subject, cluster_id, address, detail, first_at, last_at, times FROM security_events
                WHERE (\(clusterID)::text IS NULL OR cluster_id = \(clusterID))
                    AND (\(since)::timestamptz IS NULL OR last_at >= \(since))
                ORDER BY last_at DESC, id DESC LIMIT \(limit)
                """
            ).compactMap(StoredSecurityEvent.init(row:))
        }
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumDetailBytes else { return text }
        return String(decoding: text.utf8.prefix(maximumDetailBytes), as: UTF8.self)
    }
}

extension StoredSecurityEvent {
    /// `nil` for a kind that only a newer hub knows.
    init?(row: PostgresRow) throws {
        guard let kind = SecurityEvent.Kind(rawValue: try row.get("kind")) else { return nil }
        let address: String = try row.get("address")
        self.init(
            id: try row.get("id"),
            event: SecurityEvent(
                kind,
                subject: try row.get("subject"),
                clusterID: try row.get("cluster_id"),
                address: address.isEmpty ? nil : address,
                detail: try row.get("detail")
            ),
            firstAt: try row.get("first_at"),
            lastAt: try row.get("last_at"),
            times: try row.get("times")
        )
    }
}
