import ArgumentParser
import HubAPI

/// `otomi recovery begin`.
struct RecoveryBeginCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "begin",
        abstract: "Says that the database was restored, where the hub does not find it out by itself.",
        discussion: """
            From then on nothing is issued to a cluster until its agent was heard. A hub with its data directory in place, \
            and one whose agents are ahead, begins by itself.
            """
    )

    @Option(help: ArgumentHelp("What was restored and how old it is, in one line.", valueName: "text"))
    var reason: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try session.confirm("Issue nothing to any cluster until its agent was heard?", yes: yes)
        let status = try await client.beginRecovery(reason: reason)
        try session.show(output.format ?? .table, json: status.json, names: []) {
            try session.terminal.line(status.notice ?? "The recovery has begun. Look: otomi recovery show")
        }
    }
}
