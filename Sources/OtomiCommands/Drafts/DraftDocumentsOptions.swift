import ArgumentParser
import HubAPI
import Values

/// Documents of a draft that a command is about, and what it does to them.
struct DraftDocumentsOptions: ParsableArguments {
    @Argument(help: "The draft's name.")
    var name: String

    @Argument(help: ArgumentHelp(stringLiteral: DocumentArgument.help))
    var documents: [DocumentArgument]

    @OptionGroup var edit: DraftEditOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    /// Changes the draft by what `make` does with the documents, and shows it.
    func change(in session: Session, _ make: (inout DraftPatch, [DocumentID]) -> Void) async throws {
        let ids = try documents.map { try $0.id() }
        let draft = try await edit.change(name, in: session, hub) { make(&$0, ids) }
        try session.show(draft, output.format, "Draft \(name): \(draft.sizeText).")
    }
}
