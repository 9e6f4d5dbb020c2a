import ArgumentParser
import HubAPI
import JSON

/// `otomi rollout start`.
struct RolloutStartCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Moves the fleet, or a part of it, to a revision.",
        discussion: """
            Any revision will do, an earlier one too; otomi rollback is the same with other words. A rollout of the whole \
            fleet takes the place of every unfinished one.
            """
    )

    @Option(help: ArgumentHelp("The revision to move to.", valueName: "number"))
    var revision: Int64

    @OptionGroup var target: RolloutTarget
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: target.named, confirmation)
        let rollout = try await session.withProgress("starting the rollout") { _ in
            try await client.startRollout(target.request(revision))
        }
        try session.show(rollout, output.format, rollout.sentence)
    }
}
