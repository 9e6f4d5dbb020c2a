import ArgumentParser
import HubAPI
import JSON

/// `otomi status`.
struct StatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the fleet on one screen; what is not as it should be comes first."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let fleet = try await session.withProgress("reading the status") { _ in try await client.status() }
        try session.show(output.format ?? .table, json: fleet.json, names: fleet.clusters.map(\.name)) {
            try session.terminal.line(summary(of: fleet, colour: session.terminal.usesColour))
            guard !fleet.clusters.isEmpty else {
                try session.terminal.line("Add a cluster: otomi cluster add NAME --provider P --region R")
                return
            }
            try session.terminal.write("\n" + table(of: fleet, session).text(colour: session.terminal.usesColour))
            for waiting in fleet.unsigned { try session.terminal.line("\n" + notice(of: waiting)) }
        }
    }

    /// `Revision 12, 3 clusters: 1 degraded, 2 inSync`.
    private func summary(of fleet: FleetStatus, colour: Bool) -> String {
        let count = fleet.clusters.count
        let heading = "Revision \(fleet.revision), \(count) \(count == 1 ? "cluster" : "clusters")"
        let states = Dictionary(grouping: fleet.clusters, by: \.state)
            .sorted { ($0.key.urgency, $0.key.rawValue) < ($1.key.urgency, $1.key.rawValue) }
            .map { $0.key.style.apply(to: "\($0.value.count) \($0.key)", colour: colour) }
        return states.isEmpty ? heading : "\(heading): \(states.joined(separator: ", "))"
    }

    /// What a team has to do before its change goes out.
    private func notice(of waiting: UnsignedContent) -> String {
        let clusters = waiting.clusters
        let place = clusters.count <= 3 ? clusters.joined(separator: ", ") : "\(clusters.count) clusters"
        return "The layer of team \(waiting.team) waits for the team's signature on \(place): "
            + "otomi trust content sign \(waiting.team) --key FILE"
    }

    private func table(of fleet: FleetStatus, _ session: Session) -> Table {
        var table = Table("CLUSTER", "STATE", "SINCE", "PROVIDER", "REGION", "REVISION", "SEEN", "WHY")
        let now = session.time.unixSeconds()
        for cluster in fleet.clusters.sorted(by: { ($0.state.urgency, $0.name) < ($1.state.urgency, $1.name) }) {
            table.add(
                .init(cluster.name),
                cluster.stateCell,
                .init(Age.text(since: cluster.since, now: now)),
                .init(cluster.provider),
                .init(cluster.region),
                .init(cluster.revisionText),
                .init(Age.text(since: cluster.lastSeen, now: now)),
                .init(cluster.state == .inSync ? "" : cluster.trouble)
            )
        }
        return table
    }
}
