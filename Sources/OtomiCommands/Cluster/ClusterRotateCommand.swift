import ArgumentParser
import HubAPI

/// `otomi cluster rotate`.
struct ClusterRotateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Has agents replace their keys now; they do it by themselves about every 30 days."
    )

    @OptionGroup var clusters: ClusterSelection
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: clusters.named, confirmation)
        let names = try await clusters.names(client) { $0.state.isEnrolled }
        let changes = try await ClusterChanges(on: names) { try await client.rotateKeys(cluster: $0) }
        try changes.show(in: session, output.format) {
            "The agent of cluster \($0.name) is asked for new keys, with the answer to its next report."
        }
    }
}
