import ArgumentParser

/// The hub's program.
@main
struct OtomiHub: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otomi-hub",
        abstract: "One control plane for many Kubernetes clusters.",
        version: "0.1.0",
        subcommands: [Serve.self, Secrets.self]
    )
}
