import ArgumentParser

/// `otomi-hub secrets`.
struct Secrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Care for the hub's secrets and their keys.",
        subcommands: [RotateKey.self, ExportSecrets.self]
    )
}
