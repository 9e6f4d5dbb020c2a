import ArgumentParser
import HubAPI
import JSON

/// Which rollout is steered.
struct RolloutSteeringOptions: ParsableArguments {
    @Argument(help: "The rollout's number; by default the latest.")
    var number: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    /// Has the rollout do `action`, and says how it stands then.
    func have(
        _ action: String,
        in session: Session,
        _ sentence: (RolloutSummary) -> String
    ) async throws {
        let client = try await session.hub(hub, confirmation)
        let rollout = try await session.withProgress("steering the rollout") { _ in
            try await client.steer(rollout: try await RolloutShowCommand.number(number, client), action)
        }
        try session.show(rollout, output.format, sentence(rollout))
    }
}
