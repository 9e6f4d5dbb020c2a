import ArgumentParser
import HubAPI
import JSON

/// `otomi rollout list`.
struct RolloutListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the latest rollouts, newest first."
    )

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    var limit = 20

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is between 1 and 10000.") }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let rollouts = try await session.withProgress("reading the rollouts") { _ in
            try await client.rollouts(limit: limit)
        }
        try session.show(output.format ?? .table, json: rollouts.json, names: rollouts.map { String($0.number) }) {
            var table = Table("ROLLOUT", "REVISION", "STATE", "CLUSTERS", "SCOPE", "AGE", "AUTHOR", "MESSAGE")
            for rollout in rollouts {
                table.add(
                    .init(String(rollout.number)),
                    .init(String(rollout.revision)),
                    .init(rollout.standing, rollout.style),
                    .init(rollout.countText),
                    .init(rollout.scopeText),
                    .init(Age.text(since: rollout.createdAt, now: session.time.unixSeconds())),
                    .init(rollout.author),
                    .init(rollout.message)
                )
            }
            try session.show(table, otherwise: "There are no rollouts yet.")
        }
    }
}
