import ArgumentParser
import HubAPI

/// `otomi user add`.
struct UserAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds somebody and prints the one-time code by which they set their password."
    )

    @Argument(help: "Their name.")
    var name: String

    @Option(help: ArgumentHelp("Their address.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("What they are called.", valueName: "text"))
    var displayName: String = ""

    @OptionGroup var role: GrantOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let added = try await client.addPerson(
            NewPersonRequest(
                name: name,
                email: email,
                displayName: displayName,
                grants: role.grant.map { [$0] } ?? []
            )
        )
        try session.show(added, "\(added.person.name) is added.", client, output.format)
    }
}
