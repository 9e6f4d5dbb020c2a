import ArgumentParser
import HubAPI

/// `otomi recovery accept`.
struct RecoveryAcceptCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Issues to one cluster again, with generations above what its agent has seen.",
        discussion: "The cluster then gets what the hub has now: make lost changes again before."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        try session.confirm("Give cluster \(name) what the hub has now?", yes: yes)
        let cluster = try await client.decide("accept", recoveryOf: name)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.line("Cluster \(name) is issued to again, above what its agent has seen.")
        }
    }
}
