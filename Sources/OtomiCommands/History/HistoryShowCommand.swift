import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi history show`.
struct HistoryShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one revision and what it changed, field by field."
    )

    @Argument(help: "The revision's number, a tag, or latest.")
    var revision: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let name = revision
        var found = try await session.withProgress("reading revision \(name)") { _ in
            try await client.revision(named: name)
        }
        let number = String(found.number)
        found.changes = try await session.withProgress("reading what it changed") { _ in
            try await client.differences(to: number)
        }
        let shown = found
        try session.show(output.format ?? .table, json: shown.json, names: [number]) {
            try session.terminal.line("Revision \(number) by \(shown.author), \(shown.time)\(shown.tagText)".printable)
            try session.terminal.line(shown.message.printableLines)
            guard !shown.changes.isEmpty else { return }
            try session.terminal.line()
            try session.show(differences: shown.changes)
        }
    }
}
