import ArgumentParser
import HubAPI
import Values

/// `otomi draft add`.
struct DraftAddCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Puts documents from files into a draft.",
        discussion: """
            A document that the draft holds already is replaced, unless somebody else put it there: say with --seen which \
            version of the draft you have looked at.
            """
    )

    @Argument(help: "The draft's name.")
    var name: String

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("A file, a folder, or -; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var files: [String]

    @OptionGroup var edit: DraftEditOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        var loaded = try LoadedDocuments(reading: files, in: session)
        loaded.validate()
        let place = files.joined(separator: ", ")
        guard !loaded.hasErrors else { throw CommandFailure.invalid(loaded.faults, in: place) }
        guard !loaded.documents.isEmpty else {
            throw CommandFailure(.invalid, "there is no document in \(place); nothing was changed")
        }
        let documents = loaded.documents
        let draft = try await edit.change(name, in: session, hub) { $0.put = documents }
        try session.show(draft, output.format, "Draft \(name): \(draft.sizeText).")
    }
}
