import ArgumentParser
import HubAPI

/// `otomi draft commit`.
struct DraftCommitCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Makes one revision of a draft.",
        discussion: """
            A document that somebody else has changed meanwhile is a conflict, and the draft stays: see otomi draft rebase.
            """
    )

    @Argument(help: "The draft's name.")
    var name: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Why; it is kept with the revision. The draft's message if left out.", valueName: "text")
    )
    var message: String?

    @Flag(help: "Check on the hub what would change, without changing it.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = dryRun ? try session.hub(hub) : try await session.hub(hub, confirmation)
        let request = DraftCommitRequest(message: message, dryRun: dryRun)
        let result = try await session.withProgress("committing draft \(name)") { _ in
            try await client.commit(draft: name, request)
        }
        try session.show(result, dryRun: dryRun, format: output.format)
    }
}
