import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster events`.
struct ClusterEventsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Lists security events, the newest first: of one cluster, or of everything."
    )

    @Argument(help: "The cluster's name; every event without it.")
    var name: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let events = try await session.hub(hub).securityEvents(cluster: name)
        try session.show(output.format ?? .table, json: events.json, names: events.map(\.subject)) {
            guard !events.isEmpty else { return try session.terminal.line("No security events.") }
            var table = Table("LAST", "KIND", "SUBJECT", "ADDRESS", "TIMES", "DETAIL")
            for event in events {
                table.add(
                    .init(event.lastAt),
                    .init(event.kind),
                    .init(event.subject),
                    .init(event.address ?? "-"),
                    .init(String(event.times)),
                    .init(event.detail)
                )
            }
            try session.terminal.write(table.text(colour: session.terminal.usesColour))
        }
    }
}
