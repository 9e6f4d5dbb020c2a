import ArgumentParser
import HubAPI
import JSON

/// Which clusters the answer is to be about.
struct WhereOptions: ParsableArguments {
    @Flag(help: "Only clusters where it runs.")
    var placed = false

    @Flag(help: "Only clusters where it does not run.")
    var missing = false

    @Option(help: ArgumentHelp("Only this cluster.", valueName: "name"))
    var cluster: String?

    func validate() throws {
        guard !(placed && missing) else { throw ValidationError("Either --placed or --missing.") }
    }

    /// What is asked of the hub.
    var isPlaced: Bool? { placed ? true : missing ? false : nil }
}

extension Session {
    /// How many clusters are listed one by one; with more, those with the same reason are one line.
    private static let maximumLines = 50

    /// Prints where something runs, and why not elsewhere.
    func showWhereabouts(
        _ query: PlacementQuery,
        _ options: WhereOptions,
        _ format: OutputFormat?,
        _ client: HubClient
    ) async throws {
        var query = query
        query.isPlaced = options.isPlaced
        var entries = try await withProgress("reading where \(query.subject) runs") { [query] _ in
            try await client.whereabouts(query)
        }
        if let cluster = options.cluster { entries.removeAll { $0.cluster != cluster } }
        let shown = entries
        try show(format ?? .table, json: shown.json, names: shown.filter(\.isPlaced).map(\.cluster)) {
            let running = shown.count { $0.isRunning == true }
            if options.isPlaced == nil, options.cluster == nil {
                try terminal.line(
                    "\(query.subject) runs on \(running) of \(shown.count) \(shown.count == 1 ? "cluster" : "clusters")."
                )
            }
            let table = shown.count <= Self.maximumLines ? Self.table(shown) : Self.groupedTable(shown)
            guard !table.isEmpty else { return }
            try terminal.write(table.text(colour: terminal.usesColour))
        }
    }

    private static func table(_ entries: [PlacementEntry]) -> Table {
        var table = Table("CLUSTER", "RUNS", "STATE", "BY", "WHY")
        for entry in entries {
            table.add(
                .init(entry.cluster),
                entry.runs,
                .init(entry.state.rawValue, entry.state.style),
                .init(entry.scope ?? "-"),
                .init(entry.reason ?? "")
            )
        }
        return table
    }

    /// Clusters with the same answer in one line.
    private static func groupedTable(_ entries: [PlacementEntry]) -> Table {
        struct Answer: Hashable {
            let isPlaced: Bool
            let isRunning: Bool?
            let scope: String?
            let reason: String?
        }
        let groups = Dictionary(grouping: entries) {
            Answer(isPlaced: $0.isPlaced, isRunning: $0.isRunning, scope: $0.scope, reason: $0.reason)
        }
        var table = Table("CLUSTERS", "RUNS", "BY", "FIRST", "WHY")
        for (answer, members) in groups.sorted(by: {
            ($1.value.count, $0.value[0].cluster) < ($0.value.count, $1.value[0].cluster)
        }) {
            let names = members.prefix(3).map(\.cluster).joined(separator: ", ")
            table.add(
                .init(String(members.count)),
                members[0].runs,
                .init(answer.scope ?? "-"),
                .init(members.count > 3 ? names + " …" : names),
                .init(answer.reason ?? "")
            )
        }
        return table
    }
}

extension PlacementEntry {
    /// Whether it runs there now, and whether it will.
    fileprivate var runs: Table.Cell {
        switch (isRunning, isPlaced) {
        case (true?, true): .init("yes", .good)
        case (false?, false): .init("no", .faint)
        case (true?, false): .init("leaving", .busy)
        case (false?, true): .init("coming", .busy)
        case (nil, _): .init("unknown", .faint)
        }
    }
}
