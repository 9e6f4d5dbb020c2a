import ArgumentParser
import HubAPI
import Values

/// `otomi team`.
struct TeamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "team",
        abstract: "Says where teams run.",
        subcommands: [TeamWhereCommand.self],
        aliases: ["teams"]
    )
}

/// `otomi team where`.
struct TeamWhereCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Says on which clusters a team runs, and why not on the others."
    )

    @Argument(help: "The team's name.")
    var name: String

    @OptionGroup var options: WhereOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let query = PlacementQuery(kind: .team, name: name)
        try await session.showWhereabouts(query, options, output.format, try session.hub(hub))
    }
}
