import ArgumentParser
import HubAPI
import JSON

/// `otomi history show`.
struct HistoryShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one revision and what it changed."
    )

    @Argument(help: "The revision's number.")
    var number: Int64

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let revision = try await session.withProgress("reading revision \(number)") { _ in
            try await client.revision(number)
        }
        try session.show(output.format ?? .table, json: revision.json, names: [String(revision.number)]) {
            try session.terminal.line("Revision \(revision.number) by \(revision.author), \(revision.time)")
            try session.terminal.line(revision.message)
            guard !revision.changes.isEmpty else { return }
            let table = Table(revision.changes)
            try session.terminal.write("\n" + table.text(colour: session.terminal.usesColour))
        }
    }
}
