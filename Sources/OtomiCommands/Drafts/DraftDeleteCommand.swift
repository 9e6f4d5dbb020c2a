import ArgumentParser
import HubAPI

/// `otomi draft delete`.
struct DraftDeleteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Marks documents for removal in a draft.",
        discussion: "otomi draft drop takes an edit back; otomi draft discard throws the whole draft away."
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
        let draft = try await edit.change(name, in: session, hub) { $0.delete = ids }
        try session.show(draft, output.format, "Draft \(name): \(draft.sizeText).")
    }
}
