import ArgumentParser
import HubAPI
import JSON

/// `otomi history list`.
struct HistoryListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the latest revisions, newest first."
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
        let revisions = try await session.withProgress("reading the history") { _ in
            try await client.revisions(limit: limit)
        }
        try session.show(output.format ?? .table, json: revisions.json, names: revisions.map { String($0.number) }) {
            var table = Table("REVISION", "AGE", "AUTHOR", "CHANGES", "MESSAGE")
            for revision in revisions {
                table.add(
                    .init(String(revision.number)),
                    .init(Age.text(since: revision.time, now: session.time.unixSeconds())),
                    .init(revision.author),
                    .init(String(revision.changeCount)),
                    .init(revision.message)
                )
            }
            try session.show(table, otherwise: "There are no revisions yet.")
        }
    }
}
