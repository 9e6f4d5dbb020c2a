import Concurrency
import HTTPTypes
import HubAPI
import HubEvents
import HubStore
import Hummingbird
import JSON
import Values

/// Webhooks: where events are sent to, and what became of each.
struct WebhookRoutes {
    let store: HubStore
    let clock: WallClock

    func add(to routes: GuardedRoutes) {
        routes.get(.webhooks, .readWebhooks, use: list)
        routes.post(.webhooks, .changeWebhooks, use: add)
        routes.get(.webhook, .readWebhooks, use: show)
        routes.put(.webhook, .changeWebhooks, use: change)
        routes.delete(.webhook, .changeWebhooks, use: remove)
        routes.get(.webhookDeliveries, .readWebhooks, use: deliveries)
        routes.post(.webhookDeliveries, .changeWebhooks, use: deliver)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(HubAPI.Page(items: try await store.webhooks().map { WebhookEntry($0) }))
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(WebhookEntry(try await store.webhook(named: try context.parameters.require("name"))))
    }

    private func add(_ request: Request, _ context: HubContext) async throws -> Response {
        let new = try await request.message(NewWebhook.self)
        let (webhook, secret) = try await store.addWebhook(
            named: new.name,
            url: try Self.checked(url: new.url),
            kinds: try Self.checked(kinds: new.kinds)
        )
        return Response(WebhookEntry(webhook, secret: secret), status: .created)
    }

    private func change(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let change = try await request.message(WebhookChange.self)
        let current = try await store.webhook(named: name)
        let (webhook, secret) = try await store.changeWebhook(
            named: name,
            url: try change.url.map(Self.checked(url:)) ?? current.url,
            kinds: try change.kinds.map(Self.checked(kinds:)) ?? current.kinds,
            isEnabled: change.isEnabled ?? (current.disabledAt == nil),
            isSecretNew: change.isSecretNew
        )
        return Response(WebhookEntry(webhook, secret: secret))
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        try await store.removeWebhook(named: try context.parameters.require("name"))
        return Response(status: .noContent)
    }

    private func deliveries(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 200) ?? 50)
        let found = try await store.webhookDeliveries(
            of: try context.parameters.require("name"),
            before: try request.number("before"),
            limit: limit
        )
        let next = found.count == limit ? found.last.map { String($0.id) } : nil
        return Response(HubAPI.Page(items: found.map { DeliveryEntry($0) }, next: next))
    }

    /// A delivery once more, or without one a test.
    private func deliver(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let message = try await request.message(JSONValue.self)
        let delivery: WebhookDelivery
        if let id = message["redeliver"] {
            guard let id = id.integerValue else {
                throw Problem(.badRequest, detail: "'redeliver' must be the number of a delivery.")
            }
            delivery = try await store.redeliver(id, of: name)
        } else {
            let id = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
            let event = HubEvent(
                id: id,
                time: clock().rfc3339,
                kind: WebhookMessage.testKind,
                subject: "webhook \(name)",
                actorKind: try context.requireCaller().principal.kind.rawValue,
                actor: try context.requireCaller().name
            )
            delivery = try await store.testWebhook(
                named: name,
                messageID: id,
                kind: event.kind,
                body: event.json.compactText
            )
        }
        return Response(DeliveryEntry(delivery), status: .accepted)
    }

    // MARK: - Checks

    private static func checked(url: String) throws -> String {
        if let fault = WebhookAddress.fault(in: url) {
            throw Problem(
                .invalid,
                detail: "Nothing is sent to that address: \(fault).",
                errors: [Fault(pointer: JSONPointer(["url"]), message: fault)]
            )
        }
        return url
    }

    private static func checked(kinds: [String]) throws -> EventKinds {
        guard let kinds = EventKinds(kinds) else {
            throw Problem(
                .invalid,
                detail: "A webhook takes up to \(EventKinds.most) kinds, such as cluster.paused or cluster.*."
            )
        }
        return kinds
    }
}

extension WebhookEntry {
    fileprivate init(_ webhook: Webhook, secret: String? = nil) {
        self.init(
            name: webhook.name,
            url: webhook.url,
            kinds: webhook.kinds.patterns,
            isEnabled: webhook.disabledAt == nil,
            disabledReason: webhook.disabledReason,
            failingSince: webhook.failingSince?.rfc3339,
            pending: webhook.pending,
            createdAt: webhook.createdAt.rfc3339,
            createdBy: webhook.createdBy,
            secret: secret
        )
    }
}

extension DeliveryEntry {
    fileprivate init(_ delivery: WebhookDelivery) {
        self.init(
            id: delivery.id,
            messageID: delivery.messageID,
            kind: delivery.kind,
            state: delivery.state.rawValue,
            attempts: delivery.attempts,
            createdAt: delivery.createdAt.rfc3339,
            lastAttempt: delivery.lastAttempt?.rfc3339,
            nextAttempt: delivery.state == .pending ? delivery.nextAttempt.rfc3339 : nil,
            status: delivery.status,
            milliseconds: delivery.milliseconds,
            error: delivery.error,
            response: delivery.response
        )
    }
}
