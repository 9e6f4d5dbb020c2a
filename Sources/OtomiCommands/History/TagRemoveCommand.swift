import ArgumentParser
import HubAPI

/// `otomi tag remove`.
struct TagRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes a tag away; the revision stays."
    )

    @Argument(help: "The tag.")
    var name: String

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try await session.withProgress("removing tag \(name)") { _ in try await client.removeTag(name) }
        try session.terminal.line("Tag \(name) is removed.")
    }
}
