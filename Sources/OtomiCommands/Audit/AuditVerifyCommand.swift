import ArgumentParser
import HubAPI
import JSON

/// `otomi audit verify`.
struct AuditVerifyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies that no entry of the audit log was changed, taken out or cut off.",
        discussion: "Every entry holds the hash of the one before, and agents remember how far the log reached."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let (count, last) = try await session.withProgress("verifying the audit log") { _ in
            try await client.verifyAudit()
        }
        if let entry = last.brokenAt {
            throw CommandFailure(
                .failure,
                "the audit log is not whole: entry \(entry): \(last.message ?? "it is wrong"). "
                    + "\(count) entries before it are right. Compare with a backup of the database"
            )
        }
        try session.show(output.format ?? .table, json: last.json, names: [String(last.sequence)]) {
            try session.terminal.line("\(count) entries are whole, up to \(last.hash ?? "none").")
        }
    }
}
