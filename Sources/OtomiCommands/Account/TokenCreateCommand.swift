import ArgumentParser
import HubAPI
import JSON

/// `otomi token create`.
struct TokenCreateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token and prints it once.",
        discussion: "Without --role it may do what you may, at each moment; with it no more than that role allows."
    )

    @Argument(help: "What to call it.")
    var name: String

    @OptionGroup var role: GrantOptions

    @Flag(help: "It may change nothing.")
    var readOnly = false

    @Option(help: ArgumentHelp("How long it lives, a year at most: 30d, 12h.", valueName: "time"))
    var expires = DurationText(.seconds(90 * 86400))

    @Flag(help: "It is nobody's and outlives you; needs --role, and to be a platform admin.")
    var machine = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard !machine || role.grant != nil else { throw ValidationError("--machine needs --role.") }
    }

    func run(in session: Session) async throws {
        let made = try await session.hub(hub, confirmation).createToken(
            NewTokenRequest(
                name: name,
                grant: role.grant,
                isReadOnly: readOnly,
                lifetimeSeconds: expires.duration.components.seconds,
                isForMachine: machine
            )
        )
        try session.show(output.format ?? .table, json: made.json, names: [made.token.name]) {
            try session.terminal.line(made.secret)
            session.terminal.note("This is shown once. It ends at \(made.token.expiresAt ?? "?").")
        }
    }
}
