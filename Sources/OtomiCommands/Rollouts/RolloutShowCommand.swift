import ArgumentParser
import HubAPI
import JSON

/// `otomi rollout show`.
struct RolloutShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one rollout and where each of its clusters stands."
    )

    @Argument(help: "The rollout's number; by default the latest.")
    var number: Int64?

    @Option(
        help: ArgumentHelp(
            "Only clusters that stand so: waiting, moved, healthy, failed, deferred, returning, returned, taken.",
            valueName: "state"
        )
    )
    var state: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let found = try await session.withProgress("reading the rollout") { _ in
            try await client.rollout(try await Self.number(number, client), state: state)
        }
        let rollout = found.rollout
        var json = rollout.json
        json["clusters"] = found.clusters.json
        try session.show(output.format ?? .table, json: json, names: found.clusters.map(\.cluster)) {
            try describe(rollout, session)
            guard !found.clusters.isEmpty else { return }
            var table = Table("CLUSTER", "WAVE", "STATE", "SINCE", "FROM", "WHY")
            for cluster in found.clusters.sorted(by: { ($0.wave, $0.cluster) < ($1.wave, $1.cluster) }) {
                table.add(
                    .init(cluster.cluster),
                    .init(String(cluster.wave)),
                    .init(cluster.state, cluster.style),
                    .init(Age.text(since: cluster.since, now: session.time.unixSeconds())),
                    .init(String(cluster.from)),
                    .init(cluster.reason ?? "")
                )
            }
            try session.terminal.write("\n" + table.text(colour: session.terminal.usesColour))
        }
    }

    private func describe(_ rollout: RolloutSummary, _ session: Session) throws {
        let colour = session.terminal.usesColour
        let standing = rollout.style.apply(to: rollout.standing.printable, colour: colour)
        try session.terminal.line(
            "Rollout \(rollout.number) of revision \(rollout.revision) to \(rollout.scopeText.printable): \(standing)"
        )
        if let reason = rollout.reason {
            try session.terminal.line(rollout.style.apply(to: reason.printable, colour: colour))
        }
        try session.terminal.line("By \(rollout.author), \(rollout.createdAt): \(rollout.message)".printable)
        try session.terminal.line("Plan: \(rollout.plan)")
        if rollout.unaffected > 0 {
            try session.terminal.line(
                "On \(rollout.unaffected) more clusters nothing differs; they were moved at once."
            )
        }
    }

    /// The number that was given, or the latest rollout's.
    static func number(_ given: Int64?, _ client: HubClient) async throws -> Int64 {
        if let given { return given }
        guard let latest = try await client.rollouts(limit: 1).first else {
            throw CommandFailure(.notFound, "there are no rollouts yet")
        }
        return latest.number
    }
}
