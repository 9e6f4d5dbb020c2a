import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster drift`.
struct ClusterDriftCommand: Subcommand {
    /// What may be chosen.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case enforce, report, off
    }

    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Decides what is done about objects that somebody else changed on a cluster.",
        discussion:
            "enforce restores them, report only says so, off does not look. New values are applied in each mode."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Argument(help: "enforce, report or off.")
    var mode: Mode

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let cluster = try await client.setDriftMode(mode.rawValue, cluster: name)
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.line("The drift mode of cluster \(cluster.name) is \(cluster.driftMode).")
        }
    }
}
