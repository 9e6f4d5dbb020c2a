import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster history`.
struct ClusterHistoryCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists the generations that were published for a cluster, and when it had them."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Option(help: ArgumentHelp("How many at most (1 to 200).", valueName: "number"))
    var limit = 20

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit is a number from 1 to 200.") }
    }

    func run(in session: Session) async throws {
        let generations = try await session.hub(hub).generations(cluster: name, limit: limit)
        let names = generations.map { String($0.generation) }
        try session.show(output.format ?? .table, json: generations.json, names: names) {
            var table = Table("GENERATION", "REVISION", "PUBLISHED", "APPLIED AFTER", "READY", "STATE")
            let now = session.time.unixSeconds()
            for generation in generations {
                table.add(
                    .init(String(generation.generation)),
                    .init(String(generation.revision)),
                    .init("\(Age.text(since: generation.publishedAt, now: now)) ago"),
                    .init(generation.duration.map { Self.text(milliseconds: $0) } ?? "-"),
                    .init(generation.readyAt == nil ? "-" : "yes"),
                    generation.state.map { .init($0, ClusterState(rawValue: $0).style) } ?? "not applied"
                )
            }
            try session.show(table, otherwise: "Nothing was published for cluster \(name) yet.")
        }
    }

    /// `850 ms`, `12.3 s`, `4 min`.
    private static func text(milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1_000: "\(milliseconds) ms"
        case ..<120_000: "\(milliseconds / 1_000).\(milliseconds / 100 % 10) s"
        default: "\(milliseconds / 60_000) min"
        }
    }
}
