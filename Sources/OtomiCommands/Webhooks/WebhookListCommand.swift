import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook list`.
struct WebhookListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the webhooks and how each is.",
        aliases: ["ls"]
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let webhooks = try await session.hub(hub).webhooks()
        try session.show(output.format ?? .table, json: webhooks.json, names: webhooks.map(\.name)) {
            var table = Table("NAME", "STATE", "PENDING", "KINDS", "URL")
            for webhook in webhooks {
                table.add(
                    .init(webhook.name),
                    webhook.state,
                    .init(String(webhook.pending)),
                    .init(webhook.kinds.isEmpty ? "all" : webhook.kinds.joined(separator: " ")),
                    .init(webhook.url)
                )
            }
            try session.show(table, otherwise: "There are no webhooks. Add one: otomi webhook add NAME URL")
        }
    }
}

extension WebhookEntry {
    /// How it is, in one word.
    var state: Table.Cell {
        if !isEnabled { return .init("disabled", .bad) }
        return failingSince == nil ? .init("enabled", .good) : .init("failing", .busy)
    }
}
