import ArgumentParser

/// `otomi user`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "The people who may sign in, and their roles.",
        subcommands: [
            UserAddCommand.self, UserListCommand.self, UserGrantCommand.self, UserRevokeCommand.self,
            UserCodeCommand.self, UserDisableCommand.self, UserEnableCommand.self, UserRemoveCommand.self,
        ]
    )
}
