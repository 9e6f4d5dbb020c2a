import ArgumentParser
import HubAPI
import JSON

/// `otomi status`.
struct StatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the fleet on one screen; what is not as it should be comes first.",
        discussion: """
            A fleet of more than 20 clusters is shown by what is wrong, clusters with the same cause in one line. The exit code is \
            0 however the fleet is: otomi wait --all is for scripts.
            """
    )

    /// With more clusters than this they are shown by what is wrong with them.
    private static let listedClusters = 20
    /// How many causes are shown.
    private static let listedProblems = 15

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let fleet = try await session.withProgress("reading the status") { _ in try await client.status() }
        try session.show(output.format ?? .table, json: fleet.json, names: fleet.clusters.map(\.name)) {
            if let notice = fleet.recovery?.notice {
                try session.terminal.line(Style.bad.apply(to: notice, colour: session.terminal.usesColour))
            }
            try session.terminal.line(summary(of: fleet, colour: session.terminal.usesColour))
            guard !fleet.clusters.isEmpty else {
                try session.terminal.line("Add a cluster: otomi cluster add NAME --provider P --region R")
                return
            }
            if fleet.isWhole, fleet.clusters.count <= Self.listedClusters {
                try session.terminal.write("\n" + table(of: fleet, session).text(colour: session.terminal.usesColour))
            } else {
                try showProblems(of: fleet, session)
            }
            for waiting in fleet.unsigned { try session.terminal.line("\n" + notice(of: waiting)) }
        }
    }

    /// `Revision 12, 3 clusters: 1 degraded, 2 inSync`.
    private func summary(of fleet: FleetStatus, colour: Bool) -> String {
        let count = fleet.states.values.reduce(0, +)
        let heading = "Revision \(fleet.revision), \(count) \(count == 1 ? "cluster" : "clusters")"
        let states = fleet.states.map { (state: ClusterState(rawValue: $0.key), count: $0.value) }
            .sorted { ($0.state.urgency, $0.state.rawValue) < ($1.state.urgency, $1.state.rawValue) }
            .map { $0.state.style.apply(to: "\($0.count) \($0.state)", colour: colour) }
        return states.isEmpty ? heading : "\(heading): \(states.joined(separator: ", "))"
    }

    /// What a team has to do before its change goes out.
    private func notice(of waiting: UnsignedContent) -> String {
        let clusters = waiting.clusters
        let place = clusters.count <= 3 ? clusters.joined(separator: ", ") : "\(clusters.count) clusters"
        return "The layer of team \(waiting.team) waits for the team's signature on \(place): "
            + "otomi trust content sign \(waiting.team) --key FILE"
    }

    /// One line for each cause, with how many clusters it concerns and which are the first.
    private func showProblems(of fleet: FleetStatus, _ session: Session) throws {
        let problems = fleet.problems.sorted {
            ($0.state.urgency, $1.count, $0.cause) < ($1.state.urgency, $0.count, $1.cause)
        }
        guard !problems.isEmpty else { return try session.terminal.line("Everything is as it should be.") }
        var table = Table("CLUSTERS", "STATE", "SINCE", "WHICH", "WHY")
        let now = session.time.unixSeconds()
        for problem in problems.prefix(Self.listedProblems) {
            let names = problem.clusters.prefix(3).joined(separator: ", ")
            table.add(
                .init(String(problem.count)),
                .init(problem.state.rawValue, problem.state.style),
                .init(Age.text(since: problem.since, now: now)),
                .init(problem.count > 3 ? names + " …" : names),
                .init(problem.count == 1 ? problem.reason ?? problem.cause : problem.cause)
            )
        }
        try session.terminal.write("\n" + table.text(colour: session.terminal.usesColour))
        let beyond = problems.count - Self.listedProblems
        if beyond > 0 { try session.terminal.line("and \(beyond) more causes") }
        if let first = problems.first {
            try session.terminal.line("\nThe clusters one by one: otomi cluster list --state \(first.state) -o wide")
        }
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
