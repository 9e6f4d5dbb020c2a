import ArgumentParser
import HubAPI

/// `otomi rollout return`.
struct RolloutReturnCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "return",
        abstract: "Brings every cluster that was moved back to what it ran before.",
        discussion: "It works while the rollout runs, is paused or has halted; afterwards there is otomi rollback."
    )

    @OptionGroup var steering: RolloutSteeringOptions

    func run(in session: Session) async throws {
        try await steering.have("return", in: session) { "Rollout \($0.number) is \($0.standing)." }
    }
}
