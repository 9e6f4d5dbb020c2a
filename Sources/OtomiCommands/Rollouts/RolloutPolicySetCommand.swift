import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi rollout policy set`.
struct RolloutPolicySetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Decides how the clusters of later revisions are moved.",
        discussion: """
            otomi rollout policy show prints a file to begin with. Rollouts that have begun keep their strategy.
            """
    )

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("The policy, YAML or JSON; - is standard input.", valueName: "path"),
        completion: .file()
    )
    var file: String?

    @Option(help: ArgumentHelp("The standard gates, or at-once for none.", valueName: "gated|at-once"))
    var strategy: RolloutStrategyArgument?

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard (file != nil) != (strategy != nil) else {
            throw ValidationError("Give the policy: either -f FILE, or --strategy gated or at-once.")
        }
    }

    func run(in session: Session) async throws {
        let wanted = try strategy?.strategy ?? read(file ?? "-", session)
        let client = try await session.hub(hub, confirmation)
        let policy = try await session.withProgress("setting the policy") { _ in
            try await client.setRolloutPolicy(wanted)
        }
        try session.show(output.format ?? .table, json: policy.json, names: [policy.strategy.kind.rawValue]) {
            try session.terminal.line("New revisions go out: \(policy.strategy.title).")
        }
    }

    private func read(_ path: String, _ session: Session) throws -> RolloutStrategy {
        let bytes = path == "-" ? try session.terminal.readAll(1 << 20) : try FileReader.read(path, limit: 1 << 20)
        let values: [JSONValue]
        do { values = try TextFile.values(bytes, file: path) } catch {
            throw CommandFailure.invalid([error.fault], in: path)
        }
        do throws(JSONError) { return try RolloutStrategy(json: values.first ?? .null) } catch {
            throw CommandFailure(.invalid, "\(path) is no rollout policy: \(error). Nothing was changed")
        }
    }
}
