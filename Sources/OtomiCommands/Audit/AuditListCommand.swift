import ArgumentParser
import HubAPI
import JSON

/// `otomi audit list`.
struct AuditListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the latest entries of the audit log, newest first."
    )

    @Option(help: ArgumentHelp("Only what this person, token or agent did.", valueName: "name"))
    var actor: String?

    @Option(help: ArgumentHelp("Only what was done to this, such as 'Service demo/hello'.", valueName: "object"))
    var object: String?

    @Option(help: ArgumentHelp("Only entries from then on, such as 2026-11-27T00:00:00Z.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    var limit = 50

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is between 1 and 100000.") }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = AuditQuery(actor: actor, object: object, since: since)
        let events = try await session.withProgress("reading the audit log") { _ in
            try await client.auditEvents(query, limit: limit)
        }
        try session.show(output.format ?? .table, json: events.json, names: events.map { String($0.sequence) }) {
            var table = Table("ENTRY", "TIME", "WHO", "FROM", "ACTION", "OBJECT", "OUTCOME", "DETAIL")
            for event in events {
                table.add(
                    .init(String(event.sequence)),
                    .init(event.time),
                    .init(event.actor),
                    .init(event.address ?? ""),
                    .init(event.action),
                    .init(event.object),
                    .init(event.outcome, event.outcome == "refused" ? .bad : .plain),
                    .init(event.detail ?? "")
                )
            }
            try session.show(table, otherwise: "There are no such entries.")
        }
    }
}
