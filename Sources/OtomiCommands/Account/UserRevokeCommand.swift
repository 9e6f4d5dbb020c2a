import ArgumentParser
import HubAPI

/// `otomi user revoke`.
struct UserRevokeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a role away; it counts from their next request on."
    )

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var role: GrantOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let grant = try role.required()
        _ = try await session.hub(hub, confirmation).revoke(grant, from: name)
        try session.terminal.line("\(name) is not \(grant.text) any more.")
    }
}
