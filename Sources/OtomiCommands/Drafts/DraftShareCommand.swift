import ArgumentParser
import HubAPI

/// `otomi draft share`.
struct DraftShareCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "share",
        abstract: "Lets others see and change a draft, or with --private nobody but you."
    )

    @Argument(help: "The draft's name.")
    var name: String

    @Flag(name: .customLong("private"), help: "Keep it to yourself again.")
    var isPrivate = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let shared = !isPrivate
        let draft = try await session.withProgress("changing draft \(name)") { _ in
            try await client.change(draft: name, DraftPatch(shared: shared))
        }
        let readers =
            draft.team.map { "the people of team \($0) and platform admins" } ?? "platform admins and auditors"
        let sentence = shared ? "Draft \(name) is seen by \(readers)." : "Draft \(name) is yours alone."
        try session.show(draft, output.format, sentence)
    }
}
