import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster list`.
struct ClusterListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the clusters of the fleet, or those that are looked for.",
        discussion: """
            Filters narrow each other: otomi cluster list --state degraded --selector 'env=prod,region in (eu-1,eu-2)'. \
            A selector may say k=v, k!=v, k in (a,b), k notin (a,b), k and !k; name, provider and region count as labels.
            """,
        aliases: ["ls"]
    )

    @OptionGroup var filter: ClusterFilterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = try filter.query()
        let clusters = try await session.withProgress("listing the clusters") { _ in try await client.clusters(query) }
        try session.show(output.format ?? .table, json: clusters.json, names: clusters.map(\.name)) {
            let isWide = output.format == .wide
            try session.show(
                isWide ? wideTable(clusters, session) : table(clusters, session),
                otherwise: query.isEmpty
                    ? "There are no clusters yet. Add one: otomi cluster add NAME --provider P --region R"
                    : "No cluster is like that."
            )
            for cluster in clusters where cluster.waitsForPerson {
                try session.terminal.line(Table.Cell("\(cluster.name): \(cluster.trouble)").text)
            }
        }
    }

    private func table(_ clusters: [ClusterStatus], _ session: Session) -> Table {
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
        return table
    }

    private func wideTable(_ clusters: [ClusterStatus], _ session: Session) -> Table {
        var table = Table(
            "NAME",
            "STATE",
            "SINCE",
            "PROVIDER",
            "REGION",
            "REVISION",
            "GENERATION",
            "SEEN",
            "KUBERNETES",
            "AGENT",
            "OWNER",
            "LABELS",
            "WHY"
        )
        let now = session.time.unixSeconds()
        for cluster in clusters {
            table.add(
                .init(cluster.name),
                cluster.stateCell,
                .init(Age.text(since: cluster.since, now: now)),
                .init(cluster.provider),
                .init(cluster.region),
                .init(cluster.revisionText),
                .init(cluster.appliedGeneration.map(String.init) ?? "-"),
                .init(Age.text(since: cluster.lastSeen, now: now)),
                .init(cluster.versions["kubernetes"] ?? "-"),
                .init(cluster.versions["agent"] ?? "-"),
                .init(cluster.owner.isEmpty ? "-" : cluster.owner),
                .init(cluster.labelText, .faint),
                .init(cluster.state == .inSync ? "" : cluster.trouble)
            )
        }
        return table
    }
}

/// Which clusters a command is about.
struct ClusterFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only clusters in this state, such as degraded or out-of-sync; may be repeated.",
            valueName: "state"
        )
    )
    var state: [String] = []

    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp("Only clusters with these labels: env=prod,region in (eu-1,eu-2).", valueName: "labels")
    )
    var selector: String?

    @Option(
        help: ArgumentHelp("A part of the name, region, provider, owner or of a label's value.", valueName: "text")
    )
    var search: String?

    @Option(help: ArgumentHelp("Only the clusters of this group.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("Only clusters that this team runs on.", valueName: "name"))
    var team: String?

    /// What is asked of the hub.
    ///
    /// - Throws: `CommandFailure` with status `usage` for a state that there is not.
    func query() throws -> ClusterQuery {
        let states = try state.flatMap { $0.split(separator: ",") }.map { text in
            guard let state = ClusterState(loosely: String(text)) else {
                let known = ClusterState.known.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure(.usage, "there is no state '\(text)'; there are \(known)")
            }
            return state.rawValue
        }
        return ClusterQuery(search: search, states: states, selector: selector, group: group, team: team)
    }
}
