import ArgumentParser

/// `otomi rollout policy`.
struct RolloutPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Shows or decides how the clusters of a new revision are moved.",
        subcommands: [RolloutPolicyShowCommand.self, RolloutPolicySetCommand.self],
        defaultSubcommand: RolloutPolicyShowCommand.self
    )
}
