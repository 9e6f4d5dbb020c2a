import ArgumentParser

/// `otomi cluster`.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Adds, shows, pauses and removes clusters of the fleet.",
        subcommands: [
            ClusterAddCommand.self, ClusterInstallCommand.self, ClusterListCommand.self, ClusterShowCommand.self,
            ClusterObjectsCommand.self, ClusterTokenCommand.self, ClusterPauseCommand.self, ClusterResumeCommand.self,
            ClusterDriftCommand.self, ClusterConfirmCommand.self, ClusterApproveCommand.self,
            ClusterRejectCommand.self, ClusterRevokeCommand.self, ClusterReadmitCommand.self,
            ClusterRotateCommand.self, ClusterEventsCommand.self, ClusterRemoveCommand.self,
        ],
        aliases: ["clusters"]
    )
}
