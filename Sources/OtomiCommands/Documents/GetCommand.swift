import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi get`.
struct GetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Prints documents: all, those of a kind, or one.",
        discussion:
            "What -o yaml prints can be changed and handed to otomi apply -f. Secrets read as a marker and stay as they are."
    )

    @Argument(
        help: ArgumentHelp("cluster, group, settings, app, policy, team, service, job or secret.", valueName: "kind")
    )
    var kind: KindArgument?

    @Argument(help: "The document's name; team/name also works.")
    var name: String?

    @OptionGroup var selection: DocumentSelection

    @Option(help: ArgumentHelp("As it was at this revision.", valueName: "number"))
    var revision: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let query = try selection.query(kind?.kind, name: name, revision: revision)
        let client = try session.hub(hub)
        let entries = try await session.withProgress("reading the documents") { _ in
            try await client.documents(query)
        }
        if let name, let kind, entries.isEmpty {
            throw CommandFailure(
                .notFound,
                "there is no \(kind.kind.rawValue) \(name)\(selection.team.map { " of team \($0)" } ?? ""). "
                    + "See otomi get \(kind.kind.rawValue.lowercased())"
            )
        }
        let format = output.format ?? .table
        guard format != .yaml else { return try session.showDocuments(entries.map(\.json)) }
        try session.show(format, json: entries.json, names: entries.map(\.document.id.shortName)) {
            var table = Table("KIND", "TEAM", "NAME", "SCOPE", "REVISION", "AUTHOR")
            for entry in entries {
                table.add(
                    .init(entry.document.id.kind.rawValue),
                    .init(entry.document.id.team ?? "-"),
                    .init(entry.document.id.name),
                    .init(entry.document.id.scope.description),
                    .init(String(entry.revision)),
                    .init(entry.author)
                )
            }
            try session.show(table, otherwise: "No documents match.")
        }
    }
}
