import ArgumentParser
import HubAPI

/// Clusters on the command line: their names, or all.
struct ClusterSelection: ParsableArguments {
    @Argument(help: ArgumentHelp("The clusters' names.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "Every cluster that it concerns.")
    var all = false

    func validate() throws {
        guard all != !names.isEmpty else {
            throw ValidationError("Name the clusters that are meant: either NAME … or --all.")
        }
    }

    /// The names that were given; `nil` for all clusters.
    var named: [String]? { all ? nil : names }

    /// The names; with `--all` of the clusters that `isConcerned` picks.
    func names(_ client: HubClient, where isConcerned: (ClusterStatus) -> Bool) async throws -> [String] {
        all ? try await client.clusters().filter(isConcerned).map(\.name) : names
    }
}
