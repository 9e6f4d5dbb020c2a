import ArgumentParser
import HubAPI
import JSON

/// `otomi trust show`.
struct TrustShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows the root of trust: roles, keys, thresholds, expiry, and the draft that waits for signatures."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let trust = try await session.withProgress("reading the root of trust") { _ in try await client.trust() }
        try session.show(output.format ?? .table, json: trust.json, names: trust.roles.flatMap { $0.keys.map(\.id) }) {
            try session.terminal.line(trust.heading(now: session.time.unixSeconds()))
            try session.terminal.write("\n" + trust.table.text(colour: session.terminal.usesColour))
            if let draft = trust.draft {
                try session.terminal.line("\n" + draft.text(now: session.time.unixSeconds()))
            }
        }
    }
}
