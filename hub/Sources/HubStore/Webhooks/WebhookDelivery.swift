package import Concurrency
import Postgres

/// One event that a webhook gets, got or never got.
package struct WebhookDelivery: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case pending
        case delivered
        /// It was tried as often as it is tried.
        case dead
    }

    package let id: Int64
    package let webhook: String
    /// What tells the receiver that it has had the event before.
    package let messageID: String
    package let kind: String
    package let body: String
    package let createdAt: UnixTime
    package let state: State
    package let attempts: Int
    package let nextAttempt: UnixTime
    package let lastAttempt: UnixTime?
    package let status: Int?
    package let milliseconds: Int64?
    package let error: String?
    package let response: String?

    static let columns: SQL = """
        d.id, d.webhook, d.event, d.kind, d.body, d.created_at, d.state, d.attempts, d.next_attempt, d.last_attempt,
            d.status, d.duration_ms, d.error, d.response
        """

    init(row: PostgresRow) throws {
        id = try row.get("id")
        webhook = try row.get("webhook")
        messageID = try row.get("event")
        kind = try row.get("kind")
        body = try row.get("body")
        createdAt = try row.get("created_at")
        state = State(rawValue: try row.get("state")) ?? .dead
        attempts = try row.get("attempts")
        nextAttempt = try row.get("next_attempt")
        lastAttempt = try row.get("last_attempt")
        status = try row.get("status")
        milliseconds = try row.get("duration_ms")
        error = try row.get("error")
        response = try row.get("response")
    }
}

/// A delivery that this replica is to send now, with where and what it is signed with.
package struct ClaimedDelivery: Sendable {
    package let delivery: WebhookDelivery
    package let url: String
    /// What it is signed with; `nil` where the webhook's secret cannot be opened.
    package let key: [UInt8]?
}

/// What became of one attempt.
package struct WebhookAttempt: Hashable, Sendable {
    package let isSuccess: Bool
    package let status: Int?
    package let duration: Duration
    package let error: String?
    package let response: String?

    package init(isSuccess: Bool, status: Int?, duration: Duration, error: String?, response: String?) {
        self.isSuccess = isSuccess
        self.status = status
        self.duration = duration
        self.error = error
        self.response = response
    }
}
