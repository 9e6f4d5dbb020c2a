import ArgumentParser
import HubAPI

/// `otomi draft discard`.
struct DraftDiscardCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Throws a draft away with all that is in it."
    )

    @Argument(help: "The draft's name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let draft = try await session.withProgress("reading draft \(name)") { _ in try await client.draft(name) }
        try session.confirm("Discard draft \(name) with \(draft.sizeText)?", yes: yes)
        try await session.withProgress("discarding draft \(name)") { _ in try await client.discard(draft: name) }
        try session.terminal.line("Draft \(name) is gone.")
    }
}
