import ArgumentParser
import HubAPI

/// `otomi recovery finish`.
struct RecoveryFinishCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Issues to every cluster again, with generations above what its agent has seen.",
        discussion: """
            Clusters that were ahead then get what the hub has now: make lost changes again before. A cluster whose agent was \
            not heard gets a margin. One whose claim is beyond all likelihood waits for otomi recovery accept or dismiss.
            """
    )

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let status = try await client.recovery()
        if !yes { for line in status.sentences { session.terminal.note(line) } }
        try session.confirm("Give every cluster what the hub has now?", yes: yes)
        let result = try await client.finishRecovery()
        try session.show(output.format ?? .table, json: result.json, names: result.released) {
            let count = result.released.count
            try session.terminal.line(
                "The recovery is finished; \(count) \(count == 1 ? "cluster is" : "clusters are") issued to again."
            )
            if let marker = result.marker {
                try session.terminal.line("Revision \(marker) marks in the history what is lost.")
            }
            for name in result.waiting {
                try session.terminal.line("Cluster \(name) waits for a word of its own: otomi recovery show")
            }
        }
    }
}
