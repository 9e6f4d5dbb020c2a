import ArgumentParser

/// `otomi rollout`.
struct RolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Shows and steers how clusters are moved from one revision to another.",
        subcommands: [
            RolloutListCommand.self, RolloutShowCommand.self, RolloutStartCommand.self, RolloutPauseCommand.self,
            RolloutResumeCommand.self, RolloutAbortCommand.self, RolloutPromoteCommand.self, RolloutReturnCommand.self,
            RolloutPolicyCommand.self,
        ],
        defaultSubcommand: RolloutListCommand.self
    )
}
