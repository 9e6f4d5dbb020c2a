import ArgumentParser
import HubAPI

/// `otomi draft new`.
struct DraftNewCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Begins a draft.",
        discussion: """
            A draft is its author's alone until it is shared. A draft of a team holds that team's documents, and is shared \
            with its people; one of no team is for platform admins and holds any.
            """
    )

    @Argument(help: "A name that no other draft has.")
    var name: String

    @Option(help: ArgumentHelp("The team whose documents it holds; your own if you have one.", valueName: "name"))
    var team: String?

    @Flag(help: "Let others see and change it.")
    var shared = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it becomes the revision's message.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("The revision that it is made against; the latest if left out.", valueName: "revision"))
    var base: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let request = NewDraftRequest(name: name, team: team, shared: shared, message: message ?? "", base: base)
        let draft = try await session.withProgress("making draft \(name)") { _ in try await client.makeDraft(request) }
        try session.show(draft, output.format, "Draft \(name) is made on revision \(draft.base).")
    }
}
