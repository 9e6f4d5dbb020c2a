import ArgumentParser

/// `otomi cluster`.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Adds, shows, changes, pauses and forgets clusters of the fleet.",
        subcommands: [
            ClusterAddCommand.self, ClusterInstallCommand.self, ClusterListCommand.self, ClusterShowCommand.self,
            ClusterEditCommand.self, ClusterValuesCommand.self, ClusterHistoryCommand.self,
            ClusterObjectsCommand.self, ClusterTokenCommand.self, ClusterPauseCommand.self, ClusterResumeCommand.self,
            ClusterDriftCommand.self, ClusterConfirmCommand.self, ClusterApproveCommand.self,
            ClusterRejectCommand.self, ClusterRevokeCommand.self, ClusterReadmitCommand.self,
            ClusterRotateCommand.self, ClusterEventsCommand.self, ClusterForgetCommand.self,
        ],
        aliases: ["clusters"]
    )
}
