import ArgumentParser
import HubAPI

/// `otomi cluster token`.
struct ClusterTokenCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes a new one-time token for a cluster; the one before stops working."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let enrolment = try await session.withProgress("making a token") { _ in
            try await client.newToken(cluster: name)
        }
        try session.show(enrolment, headline: "Cluster \(name) has a new token.", format: output.format)
    }
}
