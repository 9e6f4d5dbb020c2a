import ArgumentParser
import HubAPI
import JSON

/// `otomi webhook set`.
struct WebhookSetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Changes a webhook: its address, its kinds, its secret, whether anything is sent.",
        discussion: "One that was disabled goes on where it stopped."
    )

    @Argument(help: "The webhook's name.")
    var name: String

    @Option(help: ArgumentHelp("Where to from now on.", valueName: "url"))
    var url: String?

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp("Only events of this kind from now on; may be repeated.", valueName: "kind")
    )
    var kinds: [String] = []

    @Flag(help: "Events of every kind from now on.")
    var allKinds = false

    @Flag(inversion: .prefixedEnableDisable, help: "Whether anything is sent.")
    var sending: Bool?

    @Flag(help: "Sign with a new secret from now on, and print it once.")
    var newSecret = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard kinds.isEmpty || !allKinds else { throw ValidationError("Name kinds, or pass --all-kinds, not both.") }
        guard url != nil || !kinds.isEmpty || allKinds || sending != nil || newSecret else {
            throw ValidationError("Nothing would change: pass --url, --kind, --enable-sending, … (see --help).")
        }
    }

    func run(in session: Session) async throws {
        let change = WebhookChange(
            url: url,
            kinds: allKinds ? [] : kinds.isEmpty ? nil : kinds,
            isEnabled: sending,
            isSecretNew: newSecret
        )
        let webhook = try await session.hub(hub, confirmation).changeWebhook(name, change)
        if let secret = webhook.secret, (output.format ?? .table) == .table {
            try session.terminal.line(secret)
            session.terminal.note("The secret is shown once.")
        } else {
            try session.show(webhook, output.format)
        }
    }
}
