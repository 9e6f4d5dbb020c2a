import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi cluster values`.
struct ClusterValuesCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "values",
        abstract: "Prints the effective values of a cluster, or of one document on it.",
        discussion: """
            otomi cluster values paris --kind Service --team demo --name hello prints what the service comes to there, with \
            every layer and default. Where a value comes from: otomi explain PATH --cluster paris
            """
    )

    @Argument(help: "The cluster's name.")
    var cluster: String

    @Option(help: ArgumentHelp("Only this kind of document.", valueName: "kind"))
    var kind: KindArgument?

    @Option(help: ArgumentHelp("Only what is this team's.", valueName: "name"))
    var team: String?

    @Option(help: ArgumentHelp("Only the document of this name; with --kind.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("At this revision; by default the one that the cluster should run.", valueName: "number")
    )
    var revision: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard name == nil || kind != nil else { throw ValidationError("--name needs --kind.") }
        if let kind, kind.kind.belongsToTeam, team == nil {
            throw ValidationError("A \(kind.kind.rawValue) belongs to a team: say --team NAME.")
        }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let query = ValuesQuery(kind: kind?.kind, team: team, name: name)
        let answer = try await session.withProgress("reading the values of cluster \(cluster)") { _ in
            try await client.values(cluster: cluster, revision: revision, query)
        }
        let format = output.format ?? .yaml
        try session.show(format.isTable ? .yaml : format, json: answer.values, names: [answer.cluster]) {}
    }
}
