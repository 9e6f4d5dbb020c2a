import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook add`.
struct WebhookAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Sends events to an address from now on, and prints once what they are signed with."
    )

    @Argument(help: "What to call it.")
    var name: String

    @Argument(help: "Where to: https://…")
    var url: String

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp(
            "Only events of this kind, such as cluster.state or rollout.*; may be repeated.",
            valueName: "kind"
        )
    )
    var kinds: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let webhook = try await client.addWebhook(NewWebhook(name: name, url: url, kinds: kinds))
        try session.show(output.format ?? .table, json: webhook.json, names: [webhook.name]) {
            try session.terminal.line(webhook.secret ?? "")
            session.terminal.note(
                "The secret is shown once. To see whether it arrives: otomi webhook test \(webhook.name)"
            )
        }
    }
}
