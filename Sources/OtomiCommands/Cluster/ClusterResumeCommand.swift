import ArgumentParser
import HubAPI

/// `otomi cluster resume`.
struct ClusterResumeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Has everything applied again on clusters that were paused.",
        discussion: "A pause that the cluster's own people made with an annotation is theirs to take back."
    )

    @OptionGroup var clusters: ClusterSelection
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: clusters.named, confirmation)
        let names = try await clusters.names(client) { $0.hold?.by != nil }
        let changes = try await ClusterChanges(on: names) { try await client.resume(cluster: $0) }
        try changes.show(in: session, output.format) { cluster in
            guard let hold = cluster.hold else {
                return "Cluster \(cluster.name) is resumed. Watch it arrive: otomi wait --cluster \(cluster.name)"
            }
            return "Cluster \(cluster.name) is still paused by an annotation on the cluster itself: \(hold.reason)"
        }
    }
}
