import ArgumentParser
import HubAPI
import JSON

/// What the commands have in common that draft a root.
struct TrustChangeOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    /// Asks, drafts the next root, and says what came of it.
    func draft(_ change: TrustChangeRequest, _ question: String, in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        try session.confirm(question, yes: yes)
        let trust = try await session.withProgress("drafting the next root") { _ in try await client.draftRoot(change) }
        try session.show(
            output.format ?? .table,
            json: trust.json,
            names: [String(trust.draft?.version ?? trust.version)]
        ) {
            try session.terminal.line(trust.outcome(now: session.time.unixSeconds()))
        }
    }
}
