import Concurrency
import JSON
import Postgres
import Values

/// The queue of deliveries: any replica fills it, and any replica empties it.
extension HubStore {
    /// How often a delivery is tried.
    package static let webhookAttempts = 10
    /// How many deliveries of one webhook wait at most; then it is given no more, and goes on where it stopped.
    package static let mostPendingDeliveries: Int64 = 10_000
    /// How many deliveries of one webhook are remembered after they are done.
    package static let keptDeliveries = 1_000
    /// After how long without any success a webhook is switched off.
    package static let webhookPatience: Duration = .seconds(5 * 86_400)

    private static let queueReason: StaticString = "follows from events that were audited"

    /// Puts down what each webhook is to get of the events after its position.
    ///
    /// - Parameter form: the kind, the message id and the bytes that are sent for an event; `nil` stands for a position that
    ///   is lost, with the newest one.
    /// - Returns: whether there is more to put down.
    /// - Throws: `StoreError`.
    package func queueDeliveries(
        _ form: @Sendable (_ event: EventRecord?, _ position: EventCursor) -> (kind: String, id: String, body: String)
    ) async throws -> Bool {
        let now = clock()
        return try await unbound.write(
            "store.webhook.queue",
            "deliveries were not put down",
            audit: .notAudited(Self.queueReason)
        ) { connection in
            let webhooks = try connection.query(
                """
                SELECT w.name, w.position, w.kinds FROM webhooks w
                WHERE w.disabled_at IS NULL AND (
                    SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.name AND d.state = 'pending'
                ) < \(Self.mostPendingDeliveries)
                ORDER BY w.name FOR UPDATE OF w SKIP LOCKED
                """
            )
            var hasMore = false
            for row in webhooks {
                let name: String = try row.get("name")
                let position = EventCursor(try row.get("position", as: String.self))
                var batch = try events(after: position, limit: Self.eventBatch, on: connection)
                if position == nil { batch.isResync = true }
                let kinds = EventKinds(stored: try row.get("kinds"))
                var sent = batch.events.filter { kinds.contains($0.kind) }.map { form($0, $0.cursor) }
                if batch.isResync { sent.append(form(nil, batch.next)) }
                try queue(sent, for: name, at: now, on: connection)
                if batch.next != position {
                    try connection.query("UPDATE webhooks SET position = \("\(batch.next)") WHERE name = \(name)")
                }
                hasMore = hasMore || batch.hasMore
            }
            return hasMore
        }
    }

    private func queue(
        _ sent: [(kind: String, id: String, body: String)],
        for name: String,
        at now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        guard !sent.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO webhook_deliveries (webhook, event, kind, body, created_at, next_attempt)
            SELECT \(name), event, kind, body, \(now), \(now)
            FROM unnest(\(sent.map(\.id)), \(sent.map(\.kind)), \(sent.map(\.body)))
                WITH ORDINALITY AS t (event, kind, body, place)
            ORDER BY place
            """
        )
    }

    /// The webhooks that something is due for, and how long until the next thing is; `nil` when nothing waits.
    ///
    /// - Throws: `StoreError`.
    package func dueWebhooks() async throws -> (due: [String], next: Duration?) {
        let now = clock()
        return try await unbound.read("the deliveries cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT d.webhook, min(d.next_attempt) AS next FROM webhook_deliveries d JOIN webhooks w ON w.name = d.webhook
                WHERE d.state = 'pending' AND w.disabled_at IS NULL GROUP BY d.webhook ORDER BY next
                """
            )
            var due: [String] = []
            var next: UnixTime?
            for row in rows {
                let time: UnixTime = try row.get("next")
                if time <= now { due.append(try row.get("webhook")) } else { next = min(next ?? time, time) }
            }
            return (due, next.map { $0 - now })
        }
    }

    /// Takes the next delivery that is due for a webhook; nobody else takes it before `lease` is over.
    ///
    /// - Returns: `nil` when nothing is due, or the webhook is switched off.
    /// - Throws: `StoreError`.
    package func claimDelivery(of name: String, lease: Duration) async throws -> ClaimedDelivery? {
        do { return try await claim(name, lease) { try Self.webhookKey(of: name, sealed: $0, with: cipher) } } catch let
            error as StoreError where [.undecipherable, .unknownDataKey].contains(error.code)
        {
            // It is an attempt all the same, which fails: a webhook that cannot sign is to be seen, and given up in time.
            return try await claim(name, lease) { _ in nil }
        }
    }

    /// The key that a webhook's messages are signed with.
    private static func webhookKey(
        of name: String,
        sealed: String,
        with cipher: SecretCipher
    ) throws(StoreError) -> [UInt8] {
        let secret = try cipher.open(sealed, context: webhookContext(name))
        guard let key = WebhookSecret.key(of: String(decoding: secret, as: UTF8.self)) else {
            throw StoreError(.undecipherable, "the secret of webhook '\(name)' is none: give it a new one")
        }
        return key
    }

    private func claim(
        _ name: String,
        _ lease: Duration,
        _ open: @Sendable (_ sealed: String) throws -> [UInt8]?
    ) async throws -> ClaimedDelivery? {
        let now = clock()
        return try await unbound.write(
            "store.webhook.claim",
            "no delivery was taken",
            audit: .notAudited(Self.queueReason)
        ) { connection in
            try connection.query(
                """
                UPDATE webhook_deliveries d SET attempts = attempts + 1, last_attempt = \(now), next_attempt = \(now + lease)
                FROM webhooks w
                WHERE w.name = d.webhook AND w.disabled_at IS NULL AND d.id = (
                    SELECT id FROM webhook_deliveries
                    WHERE webhook = \(name) AND state = 'pending' AND next_attempt <= \(now)
                    ORDER BY next_attempt, id LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                RETURNING \(WebhookDelivery.columns), w.url, w.sealed
                """
            ).first.map { row in
                ClaimedDelivery(
                    delivery: try WebhookDelivery(row: row),
                    url: try row.get("url", as: String.self),
                    key: try open(try row.get("sealed", as: String.self))
                )
            }
        }
    }

    /// Writes down what became of an attempt: the delivery is done, due again in `pause`, or dead; a webhook that has not
    /// had one success for days is switched off.
    ///
    /// Whoever lost the delivery to another replica meanwhile changes nothing.
    ///
    /// - Throws: `StoreError`.
    package func finish(_ delivery: WebhookDelivery, _ attempt: WebhookAttempt, pause: Duration) async throws {
        let now = clock()
        let isDead = !attempt.isSuccess && delivery.attempts >= Self.webhookAttempts
        let state: WebhookDelivery.State = attempt.isSuccess ? .delivered : isDead ? .dead : .pending
        try await unbound.write(
            "store.webhook.finish",
            "delivery \(delivery.id) was not written down",
            audit: .notAudited(Self.queueReason)
        ) { connection in
            let mine = try connection.query(
                """
                UPDATE webhook_deliveries SET state = \(state.rawValue), next_attempt = \(now + pause),
                    status = \(attempt.status.map(Int64.init))::integer,
                    duration_ms = \(attempt.duration.wholeMilliseconds)::bigint,
                    error = \(attempt.error.map { String($0.prefix(500)) }),
                    response = \(attempt.response.map { String($0.prefix(1_024)) })
                WHERE id = \(delivery.id) AND attempts = \(delivery.attempts)::integer AND state = 'pending'
                """
            ).affected
            guard mine == 1 else { return }
            if attempt.isSuccess {
                try connection.query(
                    """
                    UPDATE webhooks SET failing_since = NULL
                    WHERE name = \(delivery.webhook) AND failing_since IS NOT NULL
                    """
                )
            } else {
                try noteFailure(of: delivery.webhook, attempt, at: now, on: connection)
            }
        }
    }

    private func noteFailure(
        of name: String,
        _ attempt: WebhookAttempt,
        at now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        let error = attempt.error ?? attempt.status.map { "status \($0)" } ?? "no answer"
        let days = Self.webhookPatience.components.seconds / 86_400
        let reason = "no delivery has come through for \(days) days: \(error.prefix(200))"
        try connection.query(
            "UPDATE webhooks SET failing_since = \(now) WHERE name = \(name) AND failing_since IS NULL"
        )
        let disabled = try connection.query(
            """
            UPDATE webhooks SET disabled_at = \(now), disabled_reason = \(reason)
            WHERE name = \(name) AND disabled_at IS NULL AND failing_since <= \(now - Self.webhookPatience)
            """
        ).affected
        guard disabled == 1 else { return }
        try emit(
            [FleetEvent("webhook.disabled", "webhook \(name)", data: ["reason": .string(reason)])],
            on: connection
        )
    }

    /// Forgets old deliveries that are done, one bounded step.
    ///
    /// - Returns: whether there may be more.
    /// - Throws: `StoreError`.
    package func clearDeliveries() async throws -> Bool {
        let batch = 5_000
        return try await unbound.write(
            "store.webhook.clear",
            "old deliveries were not cleared away",
            audit: .notAudited(Self.queueReason)
        ) { connection in
            try connection.query(
                """
                DELETE FROM webhook_deliveries WHERE id IN (
                    SELECT done.id FROM webhooks w CROSS JOIN LATERAL (
                        SELECT id FROM webhook_deliveries WHERE webhook = w.name AND state <> 'pending'
                        ORDER BY id DESC OFFSET \(Self.keptDeliveries) LIMIT \(batch)
                    ) AS done LIMIT \(batch)
                )
                """
            ).affected == batch
        }
    }
}
