import ArgumentParser

/// `otomi cluster`.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Adds, shows and removes clusters of the fleet.",
        subcommands: [
            ClusterAddCommand.self, ClusterListCommand.self, ClusterShowCommand.self, ClusterTokenCommand.self,
            ClusterInstallCommand.self, ClusterRemoveCommand.self,
        ],
        aliases: ["clusters"]
    )
}
