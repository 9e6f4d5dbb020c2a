import ArgumentParser
import HubAPI
import JSON

/// `otomi history list`.
struct HistoryListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the latest revisions, newest first: all, or those of a document, a team or a cluster.",
        discussion: """
            With --document each revision is shown with what it did to the document. A cluster's revisions are those that \
            changed a document that applied to it before or after.
            """
    )

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    var limit = 20

    @Option(help: ArgumentHelp(stringLiteral: "Only revisions of this document: " + DocumentArgument.help))
    var document: DocumentArgument?

    @Option(help: ArgumentHelp("Only revisions that changed documents of this team.", valueName: "name"))
    var team: String?

    @Option(help: ArgumentHelp("Only revisions that were about this cluster.", valueName: "name"))
    var cluster: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is between 1 and 10000.") }
        guard cluster == nil || (document == nil && team == nil) else {
            throw ValidationError("The history is that of a cluster, or of a document or team, not of both.")
        }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = RevisionQuery(document: document?.path, team: team, cluster: cluster)
        let revisions = try await session.withProgress("reading the history") { _ in
            try await client.revisions(query, limit: limit)
        }
        try session.show(output.format ?? .table, json: revisions.json, names: revisions.map { String($0.number) }) {
            guard document == nil || revisions.isEmpty else { return try showChanges(revisions, session) }
            var table = Table("REVISION", "AGE", "AUTHOR", "CHANGES", "MESSAGE")
            for revision in revisions {
                table.add(
                    .init(String(revision.number)),
                    .init(Age.text(since: revision.time, now: session.time.unixSeconds())),
                    .init(revision.author),
                    .init(String(revision.changeCount)),
                    .init(revision.message + revision.tagText)
                )
            }
            try session.show(table, otherwise: "There are no such revisions.")
        }
    }

    private func showChanges(_ revisions: [Revision], _ session: Session) throws {
        for revision in revisions {
            let age = Age.text(since: revision.time, now: session.time.unixSeconds())
            try session.terminal.line(
                "Revision \(revision.number) by \(revision.author), \(age) ago: \(revision.message)\(revision.tagText)"
            )
            for change in revision.changes {
                for line in change.lines(colour: session.terminal.usesColour) { try session.terminal.line("  " + line) }
            }
        }
    }
}

extension Revision {
    /// ` [v1, before-the-move]`; nothing without tags.
    var tagText: String { tags.isEmpty ? "" : " [\(tags.joined(separator: ", "))]" }
}
