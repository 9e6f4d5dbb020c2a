import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi where`.
struct WhereCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Says on which clusters a team, service, job, secret or app runs, and why not on the others.",
        discussion: "otomi where service hello --team demo; otomi where app harbor; otomi where team demo."
    )

    @Argument(help: "team, service, job, secret or app.")
    var kind: KindArgument

    @Argument(help: "Its name.")
    var name: String

    @Option(help: ArgumentHelp("The team that it belongs to.", valueName: "name"))
    var team: String?

    @OptionGroup var options: WhereOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard kind.kind.hasPlacement else { throw ValidationError("A \(kind.kind.rawValue) has no placement.") }
        guard !kind.kind.belongsToTeam || team != nil else {
            throw ValidationError("A \(kind.kind.rawValue) belongs to a team: say --team NAME.")
        }
    }

    func run(in session: Session) async throws {
        let query = PlacementQuery(kind: kind.kind, name: name, team: kind.kind.belongsToTeam ? team : nil)
        try await session.showWhereabouts(query, options, output.format, try session.hub(hub))
    }
}

/// `otomi app where`.
struct AppWhereCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Says on which clusters an app runs, and why not on the others."
    )

    @Argument(help: "The app's name.")
    var name: String

    @OptionGroup var options: WhereOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let query = PlacementQuery(kind: .app, name: name)
        try await session.showWhereabouts(query, options, output.format, try session.hub(hub))
    }
}
