import ArgumentParser
import HubAPI

/// `otomi token revoke`.
struct TokenRevokeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Makes a token worthless at once."
    )

    @Argument(help: "The token's name.")
    var name: String

    @Option(help: ArgumentHelp("Whose it is, if not yours.", valueName: "person"))
    var owner: String?

    @Flag(help: "It is a machine's.")
    var machine = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        try await session.hub(hub, confirmation).revokeToken(name, owner: owner, isMachines: machine)
        try session.terminal.line("Token \(name) is worthless.")
    }
}
