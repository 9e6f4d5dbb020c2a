import ArgumentParser
import HubAPI
import JSON

/// `otomi user list`.
struct UserListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the people, and their roles.",
        aliases: ["ls"]
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let people = try await session.hub(hub).people()
        try session.show(output.format ?? .table, json: people.json, names: people.map(\.name)) {
            var table = Table("NAME", "ADDRESS", "ROLES", "SIGNED IN", "")
            for person in people {
                table.add(
                    .init(person.name),
                    .init(person.email ?? "-"),
                    .init(person.grants.isEmpty ? "none" : person.grants.map(\.text).joined(separator: ", ")),
                    .init(Age.text(since: person.lastSignInAt, now: session.time.unixSeconds())),
                    .init(person.disabledAt == nil ? "" : "disabled", .bad)
                )
            }
            try session.show(table, otherwise: "There are no people yet. Add one: otomi user add NAME --role ROLE")
        }
    }
}
