import ArgumentParser
import HubAPI
import JSON

/// `otomi tag list`.
struct TagListCommand: Subcommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the tags by name.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let tags = try await session.withProgress("reading the tags") { _ in try await client.tags() }
        try session.show(output.format ?? .table, json: tags.json, names: tags.map(\.name)) {
            var table = Table("NAME", "REVISION", "AGE", "AUTHOR", "MESSAGE")
            for tag in tags {
                table.add(
                    .init(tag.name),
                    .init(String(tag.revision)),
                    .init(Age.text(since: tag.time, now: session.time.unixSeconds())),
                    .init(tag.author),
                    .init(tag.message)
                )
            }
            try session.show(table, otherwise: "There are no tags. Make one: otomi tag REVISION NAME")
        }
    }
}
