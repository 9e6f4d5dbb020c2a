import ArgumentParser
import HubAPI
import JSON

/// `otomi rollback`.
struct RollbackCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Has clusters run an earlier revision again.",
        discussion: """
            The values stay as they are: the next revision is rolled out to these clusters like to all others. To undo a \
            change for good, restore the revision as well.
            """
    )

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The revision to go back to; otomi history lists them.", valueName: "revision")
    )
    var revision: Int64

    @OptionGroup var target: RolloutTarget
    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: target.named, confirmation)
        let rollout = try await session.withProgress("starting the rollback") { _ in
            try await client.startRollout(target.request(revision))
        }
        let note = "The values stay as they are; the next revision is rolled out there again."
        try session.show(rollout, output.format, "\(rollout.sentence)\n\(note)")
    }
}
