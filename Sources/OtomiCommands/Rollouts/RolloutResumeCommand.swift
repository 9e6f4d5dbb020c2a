import ArgumentParser
import HubAPI

/// `otomi rollout resume`.
struct RolloutResumeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Goes on with a rollout that was paused, or has halted.",
        discussion: "What had failed is given its time once more."
    )

    @OptionGroup var steering: RolloutSteeringOptions

    func run(in session: Session) async throws {
        try await steering.have("resume", in: session) { "Rollout \($0.number) is \($0.standing)." }
    }
}
