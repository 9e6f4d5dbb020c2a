import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook deliveries`.
struct WebhookDeliveriesCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Lists what was sent to a webhook and what became of it, the newest first."
    )

    @Argument(help: "The webhook's name.")
    var name: String

    @Option(help: ArgumentHelp("How many at most.", valueName: "number"))
    var limit = 20

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000.") }
    }

    func run(in session: Session) async throws {
        let deliveries = try await session.hub(hub).deliveries(ofWebhook: name, limit: limit)
        try session.show(output.format ?? .table, json: deliveries.json, names: deliveries.map { String($0.id) }) {
            var table = Table("ID", "KIND", "STATE", "ATTEMPTS", "MADE", "NEXT", "OUTCOME")
            for delivery in deliveries {
                table.add(
                    .init(String(delivery.id)),
                    .init(delivery.kind),
                    .init(delivery.state, Self.style(delivery.state)),
                    .init(String(delivery.attempts)),
                    .init(Age.text(since: delivery.createdAt, now: session.time.unixSeconds())),
                    .init(delivery.nextAttempt ?? "-"),
                    .init(delivery.outcome)
                )
            }
            try session.show(table, otherwise: "Nothing was sent to webhook \(name) yet.")
        }
    }

    private static func style(_ state: String) -> Style {
        switch state {
        case "delivered": .good
        case "dead": .bad
        default: .busy
        }
    }
}
