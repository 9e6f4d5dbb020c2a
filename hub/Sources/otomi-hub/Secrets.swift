import ArgumentParser

/// `otomi-hub secrets`.
struct Secrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Care for the keys of the hub's secrets.",
        subcommands: [RotateKey.self]
    )
}
