import ArgumentParser

/// `otomi draft`.
struct DraftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Collects changes on the hub until they become one revision.",
        subcommands: [
            DraftAddCommand.self, DraftCommitCommand.self, DraftDeleteCommand.self, DraftDiscardCommand.self,
            DraftDropCommand.self, DraftListCommand.self, DraftNewCommand.self, DraftRebaseCommand.self,
            DraftShareCommand.self, DraftShowCommand.self,
        ],
        defaultSubcommand: DraftListCommand.self
    )
}
