import ArgumentParser
import HubAPI
import Values

/// What a change of a draft was made on.
struct DraftEditOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The draft's version that you have looked at: what others put there until then is replaced.",
            valueName: "version"
        )
    )
    var seen: Int64?

    @Option(
        help: ArgumentHelp(
            "The revision that the documents were read at; the draft's base if left out.",
            valueName: "revision"
        )
    )
    var base: Int64?

    /// Sends a change of a draft.
    ///
    /// - Throws: `CommandFailure`, `HubClientError`.
    func change(
        _ name: String,
        in session: Session,
        _ hub: HubOptions,
        _ fill: (inout DraftPatch) -> Void
    ) async throws -> DraftEntry {
        var patch = DraftPatch(seen: seen, base: base)
        fill(&patch)
        let client = try session.hub(hub)
        let filled = patch
        return try await session.withProgress("changing draft \(name)") { _ in
            try await client.change(draft: name, filled)
        }
    }
}
