import ArgumentParser
import HubAPI

/// `otomi trust root publish`.
struct RootPublishCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Sends signatures of the draft; the hub publishes it once there are enough.",
        discussion: "Exit code 9 says that signatures are still missing."
    )

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("A draft that was signed; once for each file.", valueName: "file"),
        completion: .file()
    )
    var inputs: [String]

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, confirmation)
        var trust: TrustStatus?
        for input in inputs {
            // The last signature that was needed has published it; more of them are no mistake.
            if let trust, trust.draft == nil { break }
            trust = try await client.signRoot(try DraftFile(reading: input).signatures)
        }
        guard let trust else { return }
        if let draft = trust.draft {
            throw CommandFailure(
                .held,
                "root \(draft.version) is not published yet: signatures are missing",
                details: draft.approvals.map(\.sentence)
            )
        }
        try session.show(output.format ?? .table, json: trust.json, names: [String(trust.version)]) {
            try session.terminal.line(trust.outcome(now: session.time.unixSeconds()))
        }
    }
}
