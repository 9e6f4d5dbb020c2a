import ArgumentParser
import HubAPI
import JSON

/// `otomi token list`.
struct TokenListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists your tokens, and when each was last used.",
        aliases: ["ls"]
    )

    @Flag(help: "Everybody's and the machines'.")
    var all = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let tokens = try await session.hub(hub).tokens(everybodys: all)
        try session.show(output.format ?? .table, json: tokens.json, names: tokens.map(\.name)) {
            var table = Table("NAME", "OWNER", "ROLE", "USED", "UNTIL")
            for token in tokens {
                let role = token.grant?.text ?? "its owner's"
                table.add(
                    .init(token.name),
                    .init(token.owner ?? "-"),
                    .init(token.isReadOnly ? "\(role), read only" : role),
                    .init(Age.text(since: token.lastUsedAt, now: session.time.unixSeconds())),
                    .init(token.expiresAt ?? "-")
                )
            }
            try session.show(table, otherwise: "There are no tokens. Make one: otomi token create NAME")
        }
    }
}
