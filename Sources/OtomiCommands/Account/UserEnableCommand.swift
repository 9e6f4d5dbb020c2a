import ArgumentParser
import HubAPI

/// `otomi user enable`.
struct UserEnableCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Lets somebody in again who was disabled."
    )

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let person = try await session.hub(hub, confirmation).setDisabled(false, person: name)
        try session.terminal.line("\(person.name) is let in again.")
    }
}
