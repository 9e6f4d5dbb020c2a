import ArgumentParser
import HubAPI

/// `otomi trust root fetch`.
struct RootFetchCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Writes the draft of the next root to a file, to be signed on a machine without a network."
    )

    @Argument(help: "Where the draft goes.", completion: .file())
    var file: String

    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let draft = try DraftFile(try await session.hub(hub).trust())
        try draft.write(to: file)
        session.terminal.note(draft.explanation)
        try session.terminal.line(
            "The draft is in \(file). Sign it: otomi trust root sign --key KEY --in \(file) --out SIGNED"
        )
    }
}
