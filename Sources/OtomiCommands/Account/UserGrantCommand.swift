import ArgumentParser
import HubAPI

/// `otomi user grant`.
struct UserGrantCommand: Subcommand {
    static let configuration = CommandConfiguration(commandName: "grant", abstract: "Gives somebody a role.")

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var role: GrantOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let grant = try role.required()
        _ = try await session.hub(hub, confirmation).grant(grant, to: name)
        try session.terminal.line("\(name) is \(grant.text).")
    }
}
