import ArgumentParser

/// `otomi secrets`.
struct SecretsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Shows and rotates the keys that the hub's database seals secrets under.",
        subcommands: [SecretsKeysCommand.self, SecretsRotateCommand.self]
    )
}
