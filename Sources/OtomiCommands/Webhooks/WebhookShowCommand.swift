import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook show`.
struct WebhookShowCommand: Subcommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one webhook.")

    @Argument(help: "The webhook's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let webhook = try await session.hub(hub).webhook(name)
        try session.show(webhook, output.format)
    }
}

extension Session {
    /// Prints one webhook.
    ///
    /// - Throws: `CommandFailure` when standard output cannot be written.
    func show(_ webhook: WebhookEntry, _ format: OutputFormat?) throws {
        try show(format ?? .table, json: webhook.json, names: [webhook.name]) {
            var table = Table("FIELD", "VALUE")
            table.add("Name", .init(webhook.name))
            table.add("URL", .init(webhook.url))
            table.add("Kinds", .init(webhook.kinds.isEmpty ? "all" : webhook.kinds.joined(separator: " ")))
            table.add("State", webhook.state)
            if let reason = webhook.disabledReason { table.add("Reason", .init(reason)) }
            if let since = webhook.failingSince { table.add("Failing since", .init(since)) }
            table.add("Pending", .init(String(webhook.pending)))
            table.add("Added", .init("\(webhook.createdAt) by \(webhook.createdBy)"))
            try terminal.write(table.text(colour: terminal.usesColour))
        }
    }
}
