import ArgumentParser
import HubAPI
import JSON

/// `otomi tag add`.
struct TagAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Gives a revision a name that no other has."
    )

    @Argument(help: "The revision's number, another tag, or latest.")
    var revision: String

    @Argument(help: "Lower case letters, digits, '-' and '.', and not only digits.")
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Why.", valueName: "text"))
    var message: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let request = TagRequest(name: name, message: message ?? "")
        let tag = try await session.withProgress("tagging revision \(revision)") { _ in
            try await client.tag(revision: revision, request)
        }
        try session.show(output.format ?? .table, json: tag.json, names: [tag.name]) {
            try session.terminal.line("\(tag.name) is revision \(tag.revision).")
        }
    }
}
