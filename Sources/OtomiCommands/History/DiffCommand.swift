import ArgumentParser
import HubAPI
import JSON

/// `otomi diff`.
struct DiffCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what differs between the values at two revisions, field by field."
    )

    @Argument(help: "The revision before: its number, a tag, or latest.")
    var from: String

    @Argument(help: "The revision after; the latest if left out.")
    var to: String = "latest"

    @Option(help: ArgumentHelp(stringLiteral: "Only this document: " + DocumentArgument.help))
    var document: DocumentArgument?

    @Option(help: ArgumentHelp("Only documents of this team.", valueName: "name"))
    var team: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = RevisionQuery(document: document?.path, team: team)
        let changes = try await session.withProgress("comparing revisions") { _ in
            try await client.differences(from: from, to: to, query)
        }
        try session.show(output.format ?? .table, json: changes.json, names: changes.map(\.document.shortName)) {
            guard !changes.isEmpty else { return try session.terminal.line("Nothing differs.") }
            try session.show(differences: changes)
        }
    }
}
