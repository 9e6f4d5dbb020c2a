import ArgumentParser
import HubAPI
import JSON

/// `otomi recovery show`.
struct RecoveryShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows what a restored database lost, and which clusters are ahead of it or were not heard yet."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let status = try await client.recovery()
        let clusters = try await session.withProgress("listing the clusters in recovery") { _ in
            try await client.recoveryClusters()
        }
        let json: JSONValue = .members(["recovery": status, "clusters": clusters])
        try session.show(output.format ?? .table, json: json, names: clusters.map(\.name)) {
            guard status.isOpen || !clusters.isEmpty else {
                return try session.terminal.line("The database is where its fleet is: there is nothing to recover.")
            }
            for line in status.sentences { try session.terminal.line(line.printable) }
            guard !clusters.isEmpty else { return }
            try session.terminal.write("\n" + table(clusters, session).text(colour: session.terminal.usesColour))
            for cluster in clusters {
                guard let obstacle = cluster.obstacle else { continue }
                try session.terminal.line("\(cluster.name): \(obstacle)".printable)
            }
        }
    }

    private func table(_ clusters: [RecoveryCluster], _ session: Session) -> Table {
        var table = Table("CLUSTER", "STATE", "SINCE", "GENERATION", "TIMESTAMP", "REVISION", "ROOT", "SEEN", "BY")
        let now = session.time.unixSeconds()
        for cluster in clusters.sorted(by: { ($0.urgency, $0.name) < ($1.urgency, $1.name) }) {
            table.add(
                .init(cluster.name),
                .init(cluster.state, cluster.style),
                .init(Age.text(since: cluster.since, now: now)),
                .init(cluster.step(\.generation)),
                .init(cluster.step(\.timestamp)),
                .init(cluster.step(\.revision)),
                .init(cluster.step(\.root)),
                .init(Age.text(since: cluster.lastSeen, now: now)),
                .init(cluster.by ?? "")
            )
        }
        return table
    }
}

extension RecoveryCluster {
    fileprivate var urgency: Int { ["ahead", "unheard", "accepted"].firstIndex(of: state) ?? 3 }

    fileprivate var style: Style {
        switch state {
        case "ahead": .bad
        case "unheard", "accepted": .busy
        default: .plain
        }
    }

    /// `5 → 8`: what the database has and what the agent has seen; one number where that is no more.
    fileprivate func step(_ counter: KeyPath<Counters, Int64>) -> String {
        let (stored, seen) = (stored[keyPath: counter], seen[keyPath: counter])
        return seen > stored ? "\(stored) → \(seen)" : "\(stored)"
    }
}
