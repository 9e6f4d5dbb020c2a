import ArgumentParser
import HubAPI

/// `otomi draft drop`.
struct DraftDropCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Throws away what a draft does to documents."
    )

    @Argument(help: "The draft's name.")
    var name: String

    @Argument(help: ArgumentHelp(stringLiteral: DocumentArgument.help))
    var documents: [DocumentArgument]

    @OptionGroup var edit: DraftEditOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let ids = try documents.map { try $0.id() }
        let draft = try await edit.change(name, in: session, hub) { $0.drop = ids }
        try session.show(draft, output.format, "Draft \(name): \(draft.sizeText).")
    }
}
