import ArgumentParser
import HubAPI

/// `otomi revert`.
struct RevertCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Undoes what one revision changed, in a new revision.",
        discussion: "A document that was changed again since is a conflict, and nothing is undone."
    )

    @Argument(help: "The revision's number, a tag, or latest.")
    var revision: String

    @OptionGroup var options: RestorationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let request = RestorationRequest(message: options.message, draft: options.draft, dryRun: options.dryRun)
        let client = try await options.client(session, hub, confirmation)
        let result = try await session.withProgress("reverting revision \(revision)") { _ in
            try await client.revert(revision: revision, request)
        }
        try options.show(result, in: session, output.format)
    }
}
