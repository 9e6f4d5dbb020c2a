import ArgumentParser
import HubAPI

/// `otomi restore`.
struct RestoreCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes documents what they were at a revision, secrets included, in a new revision.",
        discussion: """
            All documents, or those of --document and --team. Documents that were not there at the revision go. otomi revert \
            undoes a single revision instead.
            """
    )

    @Argument(help: "The revision's number, a tag, or latest.")
    var revision: String

    @Option(help: ArgumentHelp(stringLiteral: "Only this one; may be repeated: " + DocumentArgument.help))
    var document: [DocumentArgument] = []

    @Option(help: ArgumentHelp("Only documents of this team.", valueName: "name"))
    var team: String?

    @OptionGroup var options: RestorationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let request = RestorationRequest(
            message: options.message,
            documents: try document.map { try $0.id(team: team) },
            team: team,
            draft: options.draft,
            dryRun: options.dryRun
        )
        let client = try await options.client(session, hub, confirmation)
        let result = try await session.withProgress("restoring revision \(revision)") { _ in
            try await client.restore(revision: revision, request)
        }
        try options.show(result, in: session, output.format)
    }
}
