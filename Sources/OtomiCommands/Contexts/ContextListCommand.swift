import ArgumentParser
import JSON

/// `otomi context list`.
struct ContextListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the contexts; * is the one that counts here.",
        aliases: ["ls"]
    )

    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws {
        let contents = try session.contextFile().read()
        let current = session.variable("OTOMI_CONTEXT") ?? contents.standard
        let json = JSONValue.array(contents.contexts.map(\.publicJSON))
        try session.show(output.format ?? .table, json: json, names: contents.contexts.map(\.name)) {
            var table = Table("", "NAME", "HUB", "PERSON", "TIER", "UNTIL")
            for context in contents.contexts {
                table.add(
                    .init(context.name == current ? "*" : " "),
                    .init(context.name),
                    .init(context.hub),
                    .init(context.token == nil ? "signed out" : context.person ?? "-"),
                    .init(context.tier ?? "-", context.isProd ? .bad : .plain),
                    .init(context.expiresAt ?? "-")
                )
            }
            try session.show(table, otherwise: "There are no contexts yet. Sign in: otomi login HUB")
        }
    }
}
