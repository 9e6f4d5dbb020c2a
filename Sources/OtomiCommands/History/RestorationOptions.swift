import ArgumentParser
import HubAPI
import JSON

/// Where what was goes: into a new revision, or into a draft.
struct RestorationOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Option(
        help: ArgumentHelp("Collect the changes in this draft instead of committing them.", valueName: "name")
    )
    var draft: String?

    @Flag(help: "Check on the hub what would change, without changing it.")
    var dryRun = false

    func validate() throws {
        guard !dryRun || draft == nil else { throw ValidationError("--dry-run is for revisions, not for --draft.") }
    }

    /// The hub; in production a change has to be confirmed.
    func client(_ session: Session, _ hub: HubOptions, _ confirmation: ChangeConfirmation) async throws -> HubClient {
        dryRun || draft != nil ? try session.hub(hub) : try await session.hub(hub, confirmation)
    }

    func show(_ result: RestorationResult, in session: Session, _ format: OutputFormat?) throws {
        if let commit = result.commit { try session.show(commit, dryRun: dryRun, format: format) }
        if let draft = result.draft {
            try session.show(
                draft,
                format,
                "Draft \(draft.name): \(draft.sizeText). To go on: otomi draft commit \(draft.name)"
            )
        }
    }
}
