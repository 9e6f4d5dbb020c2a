import Concurrency
import JSON
import Postgres
import Values

/// Where events are sent to: what people say of it.
extension HubStore {
    /// How many webhooks there are at most.
    package static let mostWebhooks = 100

    /// Has events sent to an address from now on.
    ///
    /// - Returns: the webhook, and the secret that its deliveries are signed with, which is returned here and never again.
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken, `.invalid` when there are too many.
    package func addWebhook(
        named name: String,
        url: String,
        kinds: EventKinds
    ) async throws -> (webhook: Webhook, secret: String) {
        let name = try PersonName.checked(name, "webhook's name")
        let now = clock()
        let secret = WebhookSecret.make()
        let webhook = try await unbound.write(
            "store.webhook.add",
            "webhook '\(name)' was not added",
            audit: AuditPlan<Webhook> {
                [AuditEntry(.changeWebhooks, "webhook \($0.name)", detail: "added", after: $0.auditedForm)]
            }
        ) { connection in
            let count: Int64 = try connection.query("SELECT count(*) FROM webhooks")[0].get(0)
            guard count < Self.mostWebhooks else {
                throw StoreError(.invalid, "there are \(count) webhooks, which is the most: remove one first")
            }
            let sealed = try cipher.held(on: connection).seal(Array(secret.utf8), context: Self.webhookContext(name))
            let position = try newestEvent(on: connection) ?? .beginning
            let made = try connection.query(
                """
                INSERT INTO webhooks (name, url, kinds, sealed, created_at, created_by, position)
                VALUES (\(name), \(url), \(kinds.json), \(sealed), \(now), \(actor.principal.name), \("\(position)"))
                ON CONFLICT (name) DO NOTHING
                """
            ).affected
            guard made == 1 else { throw StoreError(.alreadyExists, "there is a webhook '\(name)' already") }
            return try self.webhook(named: name, on: connection)
        }
        return (webhook, secret)
    }

    /// Every webhook, by name.
    ///
    /// - Throws: `StoreError`.
    package func webhooks() async throws -> [Webhook] {
        try await unbound.read("the webhooks cannot be read") { connection in
            try connection.query("SELECT \(Webhook.columns) FROM webhooks w ORDER BY w.name").map(Webhook.init(row:))
        }
    }

    /// The webhook of that name.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func webhook(named name: String) async throws -> Webhook {
        try await unbound.read("webhook '\(name)' cannot be read") { connection in
            try webhook(named: name, on: connection)
        }
    }

    /// Sends a webhook's events to another address, or others, or none for a while; one that was switched off goes on where
    /// it stopped.
    ///
    /// - Parameters:
    ///   - name: which webhook.
    ///   - url: where to.
    ///   - kinds: which events.
    ///   - isEnabled: whether any.
    ///   - isSecretNew: whether deliveries are signed with another secret from now on.
    /// - Returns: the webhook, and the new secret if there is one.
    /// - Throws: `StoreError.Code.notFound`.
    package func changeWebhook(
        named name: String,
        url: String,
        kinds: EventKinds,
        isEnabled: Bool,
        isSecretNew: Bool
    ) async throws -> (webhook: Webhook, secret: String?) {
        let now = clock()
        let secret = isSecretNew ? WebhookSecret.make() : nil
        let webhook = try await unbound.write(
            "store.webhook.change",
            "webhook '\(name)' was not changed",
            audit: AuditPlan<(before: Webhook, after: Webhook)> { found in
                let (before, after) = (found.before.auditedForm, found.after.auditedForm)
                guard before != after || isSecretNew else { return [] }
                let detail = isSecretNew ? "changed, with a new secret" : "changed"
                return [
                    AuditEntry(.changeWebhooks, "webhook \(name)", detail: detail, before: before, after: after)
                ]
            }
        ) { connection in
            try connection.query("SELECT FROM webhooks WHERE name = \(name) FOR UPDATE")
            let before = try self.webhook(named: name, on: connection)
            let reason: String? = isEnabled ? nil : before.disabledReason ?? "by \(actor.principal.name)"
            try connection.query(
                """
                UPDATE webhooks SET url = \(url), kinds = \(kinds.json),
                    disabled_at = CASE WHEN \(isEnabled) THEN NULL ELSE coalesce(disabled_at, \(now)) END,
                    disabled_reason = \(reason)::text,
                    failing_since = CASE WHEN \(isEnabled) AND disabled_at IS NOT NULL THEN NULL ELSE failing_since END
                WHERE name = \(name)
                """
            )
            if let secret {
                let context = Self.webhookContext(name)
                let sealed = try cipher.held(on: connection).seal(Array(secret.utf8), context: context)
                try connection.query("UPDATE webhooks SET sealed = \(sealed) WHERE name = \(name)")
            }
            return (before, try self.webhook(named: name, on: connection))
        }.after
        return (webhook, secret)
    }

    /// Sends a webhook nothing more, and forgets its deliveries.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func removeWebhook(named name: String) async throws {
        try await unbound.write(
            "store.webhook.remove",
            "webhook '\(name)' was not removed",
            audit: AuditPlan<Webhook> {
                [AuditEntry(.changeWebhooks, "webhook \(name)", detail: "removed", before: $0.auditedForm)]
            }
        ) { connection in
            let webhook = try self.webhook(named: name, on: connection)
            try connection.query("DELETE FROM webhooks WHERE name = \(name)")
            return webhook
        }
    }

    /// What the secret of a webhook is bound to.
    static func webhookContext(_ name: String) -> String { "webhook \(name)" }

    func webhook(named name: String, on connection: isolated PostgresConnection) throws -> Webhook {
        try connection.query("SELECT \(Webhook.columns) FROM webhooks w WHERE w.name = \(name)").first
            .map(Webhook.init(row:)).orNotFound("webhook '\(name)'")
    }
}
