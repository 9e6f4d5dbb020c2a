import HTTPTransport
import HTTPTransport
import JSON

extension HubClient {
    /// Has events sent to an address; the answer has the secret, which is never shown again.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name is taken, `invalid` for an address that nothing is sent to.
    package func addWebhook(_ webhook: NewWebhook) async throws(HubClientError) -> WebhookEntry {
        try await post(Route.webhooks.path(), webhook.json, action: "adding webhook \(webhook.name)")
    }

    /// Every webhook, by name.
    ///
    /// - Throws: `HubClientError`.
    package func webhooks() async throws(HubClientError) -> [WebhookEntry] {
        let page: Page<WebhookEntry> = try await get(Route.webhooks.path(), action: "listing the webhooks")
        return page.items
    }

    /// The webhook of that name.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none.
    package func webhook(_ name: String) async throws(HubClientError) -> WebhookEntry {
        try await get(Route.webhook.path(name), action: "reading webhook \(name)")
    }

    /// Changes a webhook.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none.
    package func changeWebhook(_ name: String, _ change: WebhookChange) async throws(HubClientError) -> WebhookEntry {
        let action = "changing webhook \(name)"
        return try decode(
            try await send(.put, Route.webhook.path(name), body: change.json, action: action),
            action: action
        )
    }

    /// Removes a webhook with its deliveries.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none.
    package func removeWebhook(_ name: String) async throws(HubClientError) {
        _ = try await send(.delete, Route.webhook.path(name), action: "removing webhook \(name)")
    }

    /// The latest deliveries of a webhook, the newest first.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none.
    package func deliveries(ofWebhook name: String, limit: Int) async throws(HubClientError) -> [DeliveryEntry] {
        var result: [DeliveryEntry] = []
        var before: String?
        repeat {
            let path = Route.webhookDeliveries.path(
                name,
                query: [("before", before), ("limit", String(min(limit - result.count, 200)))]
            )
            let page: Page<DeliveryEntry> = try await get(path, action: "reading the deliveries of webhook \(name)")
            guard !page.items.isEmpty else { break }
            result += page.items
            before = page.next
        } while before != nil && result.count < limit
        return Array(result.prefix(limit))
    }

    /// Sends a webhook a test, or a delivery that it had before once more.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such webhook or delivery.
    package func deliver(
        toWebhook name: String,
        again delivery: Int64? = nil
    ) async throws(HubClientError) -> DeliveryEntry {
        let body: JSONValue = .members(["redeliver": delivery])
        return try await post(Route.webhookDeliveries.path(name), body, action: "sending to webhook \(name)")
    }
}
