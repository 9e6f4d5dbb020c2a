import ArgumentParser
import HubAPI

/// `otomi user remove`.
struct UserRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes somebody with their sessions, tokens and roles; the history keeps their name.",
        aliases: ["rm"]
    )

    @Argument(help: "Their name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try session.confirm("Remove \(name) with their sessions and tokens?", yes: yes)
        try await client.removePerson(name)
        try session.terminal.line("\(name) is removed.")
    }
}
