import ArgumentParser
import HubAPI

/// `otomi draft delete`.
struct DraftDeleteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Marks documents for removal in a draft.",
        discussion: "otomi draft drop takes an edit back; otomi draft discard throws the whole draft away."
    )

    @OptionGroup var documents: DraftDocumentsOptions

    func run(in session: Session) async throws {
        try await documents.change(in: session) { $0.delete = $1 }
    }
}
