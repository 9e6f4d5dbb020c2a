import ArgumentParser
import HubAPI

/// `otomi cluster revoke`.
struct ClusterRevokeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Refuses a cluster's agent from now on, and cuts its connection.",
        discussion: """
            What runs on the cluster keeps running. The agent's keys never count again; otomi cluster readmit makes a token \
            with which an agent can come back with new ones.
            """
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
        try session.confirm("Refuse the agent of cluster \(name) from now on?", yes: yes)
        let cluster = try await client.revoke(cluster: name)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.line(
                "Cluster \(cluster.name) is revoked. What runs on it keeps running; back with: otomi cluster readmit "
                    + cluster.name
            )
        }
    }
}
