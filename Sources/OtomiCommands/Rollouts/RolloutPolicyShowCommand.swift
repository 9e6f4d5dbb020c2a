import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi rollout policy show`.
struct RolloutPolicyShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints the policy in the form that otomi rollout policy set reads."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let policy = try await session.withProgress("reading the policy") { _ in try await client.rolloutPolicy() }
        let format = output.format ?? .yaml
        try session.show(
            format == .table ? .yaml : format,
            json: policy.strategy.json,
            names: [policy.strategy.kind.rawValue]
        ) {}
    }
}
