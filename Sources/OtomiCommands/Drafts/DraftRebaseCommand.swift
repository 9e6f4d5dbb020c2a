import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi draft rebase`.
struct DraftRebaseCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rebase",
        abstract: "Brings a draft up to the latest revision, and shows what clashes.",
        discussion: """
            What nobody else has changed is based on the latest revision from then on. A document that somebody else has \
            changed too is shown with both sides and what they began with, until --take decides: mine keeps the draft's, \
            theirs throws the draft's edit away.
            """
    )

    /// Whose side of a clash holds.
    enum Side: String, CaseIterable, ExpressibleByArgument {
        case mine
        case theirs
    }

    @Argument(help: "The draft's name.")
    var name: String

    @Option(help: "mine or theirs, for the documents that follow.")
    var take: Side?

    @Argument(help: ArgumentHelp(stringLiteral: DocumentArgument.help))
    var documents: [DocumentArgument] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (take == nil) == documents.isEmpty else {
            throw ValidationError("Say both: --take mine or --take theirs, and the documents.")
        }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let ids = try documents.map { try $0.id() }
        let request = DraftRebaseRequest(mine: take == .mine ? ids : [], theirs: take == .theirs ? ids : [])
        let result = try await session.withProgress("rebasing draft \(name)") { _ in
            try await client.rebase(draft: name, request)
        }
        try session.show(output.format ?? .table, json: result.json, names: [result.draft.name]) {
            for id in result.dropped { try session.terminal.line("\(id): the draft's edit is not needed any more.") }
            guard result.conflicts.isEmpty else { return }
            try session.terminal.line(
                "Draft \(name) is up to date with revision \(result.draft.base): \(result.draft.sizeText)."
            )
        }
        guard result.conflicts.isEmpty else {
            let count =
                result.conflicts.count == 1 ? "one document clashes" : "\(result.conflicts.count) documents clash"
            throw CommandFailure(
                .conflict,
                "\(count) with revision \(result.draft.base); the rest is up to date. "
                    + "Decide with: otomi draft rebase \(name) --take mine|theirs DOCUMENT",
                details: result.conflicts.flatMap(\.lines)
            )
        }
    }
}
