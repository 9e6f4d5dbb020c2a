import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook redeliver`.
struct WebhookRedeliverCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "redeliver",
        abstract: "Sends a delivery once more, under the same message id."
    )

    @Argument(help: "The webhook's name.")
    var name: String

    @Argument(help: "The delivery's number, from otomi webhook deliveries.")
    var delivery: Int64

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let sent = try await session.hub(hub, confirmation).deliver(toWebhook: name, again: delivery)
        try session.show(output.format ?? .table, json: sent.json, names: [String(sent.id)]) {
            try session.terminal.line(
                "Delivery \(sent.id) is sent again. What becomes of it: otomi webhook deliveries \(name)"
            )
        }
    }
}
