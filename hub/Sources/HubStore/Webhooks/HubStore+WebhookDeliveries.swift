import Concurrency
import JSON
import Postgres
import Values

/// What people see of deliveries, and have sent again.
extension HubStore {
    /// Deliveries of a webhook, the newest first.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no such webhook.
    package func webhookDeliveries(
        of name: String,
        before: Int64? = nil,
        limit: Int = 50
    ) async throws -> [WebhookDelivery] {
        let limit = max(1, min(limit, 200))
        return try await unbound.read("the deliveries of webhook '\(name)' cannot be read") { connection in
            _ = try webhook(named: name, on: connection)
            return try connection.query(
                """
                SELECT \(WebhookDelivery.columns) FROM webhook_deliveries d
                WHERE d.webhook = \(name) AND d.id < \(before ?? .max) ORDER BY d.id DESC LIMIT \(limit)
                """
            ).map(WebhookDelivery.init(row:))
        }
    }

    /// Sends a webhook something that did not happen, to see whether it arrives.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func testWebhook(
        named name: String,
        messageID: String,
        kind: String,
        body: String
    ) async throws -> WebhookDelivery {
        let now = clock()
        return try await unbound.write(
            "store.webhook.test",
            "webhook '\(name)' was not tested",
            audit: .entry(.changeWebhooks, "webhook \(name)", detail: "tested")
        ) { connection in
            _ = try webhook(named: name, on: connection)
            return try connection.query(
                """
                INSERT INTO webhook_deliveries AS d (webhook, event, kind, body, created_at, next_attempt)
                VALUES (\(name), \(messageID), \(kind), \(body), \(now), \(now))
                RETURNING \(WebhookDelivery.columns)
                """
            ).first.map(WebhookDelivery.init(row:)).orNotFound("webhook '\(name)'")
        }
    }

    /// Sends a delivery once more, with all its attempts before it, under the same message id.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func redeliver(_ id: Int64, of name: String) async throws -> WebhookDelivery {
        let now = clock()
        return try await unbound.write(
            "store.webhook.redeliver",
            "delivery \(id) was not sent again",
            audit: .entry(.changeWebhooks, "webhook \(name)", detail: "delivery \(id) sent again")
        ) { connection in
            _ = try webhook(named: name, on: connection)
            return try connection.query(
                """
                UPDATE webhook_deliveries AS d SET state = 'pending', attempts = 0, next_attempt = \(now)
                WHERE d.webhook = \(name) AND d.id = \(id) RETURNING \(WebhookDelivery.columns)
                """
            ).first.map(WebhookDelivery.init(row:)).orNotFound("delivery \(id) of webhook '\(name)'")
        }
    }
}
