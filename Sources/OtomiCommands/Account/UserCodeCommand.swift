import ArgumentParser
import HubAPI
import JSON

/// `otomi user code`.
struct UserCodeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "code",
        abstract: "Makes a new one-time code by which somebody sets their password."
    )

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let made = try await client.newPasswordCode(for: name)
        try session.show(made, "There is a new code for \(made.person.name).", client, output.format)
    }
}
