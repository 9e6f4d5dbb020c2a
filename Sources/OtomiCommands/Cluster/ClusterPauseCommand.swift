import ArgumentParser
import HubAPI

/// `otomi cluster pause`.
struct ClusterPauseCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Has nothing applied, deleted or restored on clusters until they are resumed.",
        discussion: """
            What runs there keeps running, and is still watched and reported. The order goes out signed with the cluster's \
            bundle; otomi cluster show tells when the agent honours it.
            """
    )

    @OptionGroup var clusters: ClusterSelection

    @Option(help: ArgumentHelp("Why, in one line: whoever looks at the cluster reads it.", valueName: "text"))
    var reason: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: clusters.named, confirmation)
        let names = try await clusters.names(client) { $0.state != .revoked }
        let changes = try await ClusterChanges(on: names) { try await client.pause(cluster: $0, reason: reason) }
        try changes.show(in: session, output.format) { cluster in
            let note = cluster.hold?.isHonoured == true ? "" : " once its agent has heard of it"
            return "Cluster \(cluster.name) is paused\(note). To go on: otomi cluster resume \(cluster.name)"
        }
    }
}
