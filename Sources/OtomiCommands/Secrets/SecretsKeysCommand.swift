import ArgumentParser
import HubAPI
import JSON

/// `otomi secrets keys`.
struct SecretsKeysCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Lists the data keys, and how much is still sealed under each."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let keys = try await session.withProgress("reading the data keys") { _ in try await client.dataKeys() }
        try session.show(keys, output)
    }
}

extension Session {
    /// Shows data keys in the wanted format.
    func show(_ keys: [DataKey], _ output: OutputOptions) throws {
        try show(output.format ?? .table, json: keys.json, names: keys.map { String($0.number) }) {
            var table = Table("KEY", "AGE", "STATE", "USES")
            for key in keys {
                table.add(
                    .init(String(key.number)),
                    .init(Age.text(since: key.created, now: time.unixSeconds())),
                    .init(key.current ? "current" : "going"),
                    .init(String(key.uses))
                )
            }
            try show(table, otherwise: "There are no data keys yet.")
        }
    }
}
