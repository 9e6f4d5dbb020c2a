import ArgumentParser

/// `otomi webhook`.
struct WebhookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Has the hub send events to other programs.",
        discussion: """
            Deliveries are signed as Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature) and tried again \
            for most of a day. See docs/events.md.
            """,
        subcommands: [
            WebhookAddCommand.self, WebhookListCommand.self, WebhookShowCommand.self, WebhookSetCommand.self,
            WebhookRemoveCommand.self, WebhookTestCommand.self, WebhookDeliveriesCommand.self,
            WebhookRedeliverCommand.self,
        ]
    )
}
