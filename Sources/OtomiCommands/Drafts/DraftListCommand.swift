import ArgumentParser
import HubAPI
import JSON

/// `otomi draft list`.
struct DraftListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the drafts: your own, and those that others share."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let drafts = try await session.withProgress("reading the drafts") { _ in try await client.drafts() }
        try session.show(output.format ?? .table, json: drafts.json, names: drafts.map(\.name)) {
            var table = Table("NAME", "TEAM", "AUTHOR", "SEEN BY", "DOCUMENTS", "BASE", "CHANGED", "MESSAGE")
            for draft in drafts {
                table.add(
                    .init(draft.name),
                    .init(draft.team ?? "-"),
                    .init(draft.author),
                    .init(draft.shared ? "others" : "author"),
                    .init(String(draft.editCount)),
                    .init(String(draft.base)),
                    .init(Age.text(since: draft.changed, now: session.time.unixSeconds())),
                    .init(draft.message)
                )
            }
            try session.show(table, otherwise: "There are no drafts. Begin one: otomi draft new NAME")
        }
    }
}
