import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster list`.
struct ClusterListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the clusters of the fleet.",
        aliases: ["ls"]
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let clusters = try await session.withProgress("listing the clusters") { _ in try await client.clusters() }
        try session.show(output.format ?? .table, json: clusters.json, names: clusters.map(\.name)) {
            var table = Table("NAME", "STATE", "PROVIDER", "REGION", "REVISION", "SEEN", "LABELS")
            for cluster in clusters {
                table.add(
                    .init(cluster.name),
                    cluster.stateCell,
                    .init(cluster.provider),
                    .init(cluster.region),
                    .init(cluster.revisionText),
                    .init(Age.text(since: cluster.lastSeen, now: session.time.unixSeconds())),
                    .init(cluster.labelText, .faint)
                )
            }
            try session.show(
                table,
                otherwise: "There are no clusters yet. Add one: otomi cluster add NAME --provider P --region R"
            )
            for cluster in clusters where cluster.waitsForPerson {
                try session.terminal.line(Table.Cell("\(cluster.name): \(cluster.trouble)").text)
            }
        }
    }
}
