import ArgumentParser
import HubAPI

/// `otomi user disable`.
struct UserDisableCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Keeps somebody out: their sessions end, and their tokens have no power."
    )

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let person = try await session.hub(hub, confirmation).setDisabled(true, person: name)
        try session.terminal.line("\(person.name) is kept out.")
    }
}
