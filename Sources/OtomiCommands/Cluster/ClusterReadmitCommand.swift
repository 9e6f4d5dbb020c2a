import ArgumentParser
import HubAPI

/// `otomi cluster readmit`.
struct ClusterReadmitCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "readmit",
        abstract: "Makes a token with which a revoked cluster comes back, with new keys."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let enrolment = try await client.readmit(cluster: name)
        try session.show(
            enrolment,
            headline: "Cluster \(name) may come back; it stays revoked until an agent has enrolled.",
            format: output.format
        )
    }
}
