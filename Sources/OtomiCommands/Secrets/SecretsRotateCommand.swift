import ArgumentParser
import HubAPI

/// `otomi secrets rotate`.
struct SecretsRotateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Makes a new data key, and has everything sealed anew under it.",
        discussion: """
            The hub goes on meanwhile; 'otomi secrets keys' shows what is left to do. An older key is deleted when nothing \
            is sealed under it any more. Backups of the database from before still open with their own keys.
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        let keys = try await session.withProgress("rotating the data key") { _ in try await client.rotateDataKey() }
        try session.show(keys, output)
    }
}
