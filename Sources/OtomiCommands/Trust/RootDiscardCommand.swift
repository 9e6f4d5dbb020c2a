import ArgumentParser
import HubAPI

/// `otomi trust root discard`.
struct RootDiscardCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Drops the draft of the next root with its signatures."
    )

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try session.confirm("Drop the draft and the signatures that it has?", yes: yes)
        let trust = try await client.discardRoot()
        try session.terminal.line("The draft is dropped; root \(trust.version) stays.")
    }
}
