import ArgumentParser
import HubAPI

/// `otomi trust renew`.
struct TrustRenewCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Drafts a root with the same keys that expires a year from now.",
        discussion: "A hub that holds the root's keys does so by itself, half a year ahead."
    )

    @OptionGroup var options: TrustChangeOptions

    func run(in session: Session) async throws {
        try await options.draft(TrustChangeRequest(), "Draft a root that expires later?", in: session)
    }
}
