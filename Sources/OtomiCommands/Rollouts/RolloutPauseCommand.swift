import ArgumentParser
import HubAPI

/// `otomi rollout pause`.
struct RolloutPauseCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Moves no more clusters until the rollout is resumed.",
        discussion: "Clusters that were told to move already go on."
    )

    @OptionGroup var steering: RolloutSteeringOptions

    func run(in session: Session) async throws {
        try await steering.have("pause", in: session) {
            "Rollout \($0.number) is \($0.standing). To go on: otomi rollout resume \($0.number)"
        }
    }
}
