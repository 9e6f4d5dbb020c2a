import ArgumentParser
import HubAPI
import JSON

/// `otomi git remove`.
struct GitRemoveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Ends the mirroring; the repository stays as it is, and the hub forgets its credential.",
        aliases: ["rm"]
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try await session.withProgress("removing the Git mirror") { _ in try await client.removeGitMirror() }
        try session.show(output.format ?? .table, json: ["removed": true], names: []) {
            try session.terminal.line("The values are mirrored no more. The repository stays as it is.")
        }
    }
}
