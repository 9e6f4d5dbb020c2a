import ArgumentParser
import HubAPI

/// `otomi webhook remove`.
struct WebhookRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Sends a webhook nothing more, and forgets its deliveries.",
        aliases: ["rm"]
    )

    @Argument(help: "The webhook's name.")
    var name: String

    @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
    var yes = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try session.confirm("Remove webhook \(name) and what still waits for it?", yes: yes)
        try await client.removeWebhook(name)
        try session.terminal.line("Webhook \(name) is removed.")
    }
}
