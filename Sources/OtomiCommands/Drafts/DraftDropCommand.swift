import ArgumentParser
import HubAPI

/// `otomi draft drop`.
struct DraftDropCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Throws away what a draft does to documents."
    )

    @OptionGroup var documents: DraftDocumentsOptions

    func run(in session: Session) async throws {
        try await documents.change(in: session) { $0.drop = $1 }
    }
}
