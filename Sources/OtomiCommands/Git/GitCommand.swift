import ArgumentParser

/// `otomi git`.
struct GitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "git",
        abstract: "Mirrors the values to a Git repository, and takes pushes to it in.",
        subcommands: [
            GitShowCommand.self, GitSetCommand.self, GitRemoveCommand.self, GitPushesCommand.self, GitSyncCommand.self,
        ]
    )
}
