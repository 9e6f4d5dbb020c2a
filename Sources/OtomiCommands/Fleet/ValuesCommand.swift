import ArgumentParser
import HubAPI
import JSON

/// `otomi values`.
struct ValuesCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "values",
        abstract: "Prints the effective values of a cluster."
    )

    @Option(help: ArgumentHelp("The cluster.", valueName: "name"))
    var cluster: String

    @Option(
        help: ArgumentHelp("At this revision; by default the one that the cluster should run.", valueName: "number")
    )
    var revision: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let answer = try await session.withProgress("reading the values of cluster \(cluster)") { _ in
            try await client.values(cluster: cluster, revision: revision)
        }
        let format = output.format ?? .yaml
        try session.show(format.isTable ? .yaml : format, json: answer.values, names: [answer.cluster]) {}
    }
}
