import ArgumentParser
import HubAPI

/// `otomi recovery dismiss`.
struct RecoveryDismissCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: "Goes on with one cluster as if its agent had not said that it is ahead.",
        discussion: """
            For a claim that no backup explains: somebody else has the agent's key, or the agent is broken. No later claim \
            with that key counts. Give the agent new keys (otomi cluster rotate), or revoke it (otomi cluster revoke).
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
        try session.confirm("Believe nothing that the agent of cluster \(name) says of the time ahead?", yes: yes)
        let cluster = try await client.decide("dismiss", recoveryOf: name)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.line(
                "The claim of cluster \(name) is dismissed. If its key is stolen: otomi cluster revoke \(name)"
            )
        }
    }
}
