import ArgumentParser
import HubAPI

/// `otomi rollout abort`.
struct RolloutAbortCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "Ends a rollout; clusters stay where they are.",
        discussion: "To bring them back instead: otomi rollout return."
    )

    @OptionGroup var steering: RolloutSteeringOptions

    func run(in session: Session) async throws {
        try await steering.have("abort", in: session) { "Rollout \($0.number) is \($0.standing)." }
    }
}
