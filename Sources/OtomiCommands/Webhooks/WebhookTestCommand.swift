import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook test`.
struct WebhookTestCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a webhook an event that did not happen, and says whether it arrived.",
        discussion:
            "Exit code 1 when the receiver does not answer with success at the first attempt, 8 when nothing is known in time."
    )

    @Argument(help: "The webhook's name.")
    var name: String

    @Option(help: ArgumentHelp("How long to wait for the outcome.", valueName: "time"))
    var timeout = DurationText(.seconds(30))

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    private static let pause = Duration.milliseconds(250)

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let sent = try await client.deliver(toWebhook: name)
        let end = session.time.elapsed() + timeout.duration
        var delivery = sent
        while delivery.status == nil, delivery.error == nil, delivery.state == "pending" {
            guard session.time.elapsed() < end else {
                throw CommandFailure(
                    .timeout,
                    "the test was not sent in the time given. See otomi webhook deliveries \(name)"
                )
            }
            try await session.time.sleep(Self.pause)
            let latest = try await client.deliveries(ofWebhook: name, limit: 50)
            delivery = latest.first { $0.id == sent.id } ?? delivery
        }
        try session.show(output.format ?? .table, json: delivery.json, names: [String(delivery.id)]) {
            try session.terminal.line("Delivery \(delivery.id): \(delivery.outcome).")
        }
        guard delivery.state == "delivered" else {
            throw CommandFailure(.failure, "the test did not arrive at webhook \(name): \(delivery.outcome)")
        }
    }
}

extension DeliveryEntry {
    /// What became of the last attempt.
    var outcome: String {
        let time = milliseconds.map { " in \($0) ms" } ?? ""
        if let error { return "\(error)\(time)" }
        if let status { return "status \(status)\(time)" }
        return "not tried yet"
    }
}
