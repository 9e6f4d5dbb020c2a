import ArgumentParser

/// `otomi recovery`.
struct RecoveryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery",
        abstract: "After a restored backup: shows which clusters are ahead of the database, and goes on.",
        subcommands: [
            RecoveryShowCommand.self, RecoveryBeginCommand.self, RecoveryFinishCommand.self, RecoveryAcceptCommand.self,
            RecoveryDismissCommand.self, RecoveryRootCommand.self,
        ]
    )
}
