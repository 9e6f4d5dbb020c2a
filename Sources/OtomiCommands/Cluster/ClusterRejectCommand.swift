import ArgumentParser
import HubAPI

/// `otomi cluster reject`.
struct ClusterRejectCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Turns the agent away that waits for approval; its token is void."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let cluster = try await client.reject(cluster: name)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.line(
                "The agent is rejected. A new token for the right one: otomi cluster token \(cluster.name)"
            )
        }
    }
}
