import ArgumentParser
import HubAPI

/// `otomi rollout promote`.
struct RolloutPromoteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Begins the next wave now, whatever the present one says.",
        discussion: "A halted rollout goes on past the clusters that failed."
    )

    @OptionGroup var steering: RolloutSteeringOptions

    func run(in session: Session) async throws {
        try await steering.have("promote", in: session) { "Rollout \($0.number) is \($0.standing)." }
    }
}
