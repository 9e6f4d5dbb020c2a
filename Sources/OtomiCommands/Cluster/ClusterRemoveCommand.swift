import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster remove`.
struct ClusterRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a cluster from the fleet; its agent is refused from then on.",
        discussion: "What runs on the cluster keeps running. No agent is needed for this, so a dead cluster goes too.",
        aliases: ["rm"]
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
        let cluster = try await client.cluster(name)
        try session.confirm(
            "Remove cluster \(cluster.name) (\(cluster.provider), \(cluster.state)) and refuse its agent from now on?",
            yes: yes
        )
        try await session.withProgress("removing cluster \(name)") { _ in try await client.removeCluster(name) }
        try session.show(output.format ?? .table, json: ["name": .string(name), "removed": true], names: [name]) {
            try session.terminal.line("Cluster \(name) is removed. What runs on it keeps running.")
        }
    }
}
