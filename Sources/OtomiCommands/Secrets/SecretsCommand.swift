import ArgumentParser

/// `otomi secrets`.
struct SecretsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Shows and rotates the keys that seal secrets, and makes one for an export.",
        subcommands: [SecretsKeysCommand.self, SecretsRotateCommand.self, SecretsKeygenCommand.self]
    )
}
