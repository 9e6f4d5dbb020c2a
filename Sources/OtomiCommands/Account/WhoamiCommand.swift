import ArgumentParser
import HubAPI
import JSON

/// `otomi whoami`.
struct WhoamiCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Shows who you are to the hub, and what you may do."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let target = try HubTarget(hub, in: session)
        let entry = try await session.hub(target).session()
        try session.show(output.format ?? .table, json: entry.json, names: [entry.name]) {
            let roles = entry.grants.map(\.text).joined(separator: ", ")
            try session.terminal.line("\(entry.name) (\(entry.kind)) at \(target.url)")
            try session.terminal.line(
                "Roles    \(roles.isEmpty ? "none" : roles)\(entry.isReadOnly ? ", read only" : "")"
            )
            if let context = target.context {
                try session.terminal.line("Context  \(context.name)\(context.tier.map { ", tier \($0)" } ?? "")")
            }
            if let expires = entry.expiresAt { try session.terminal.line("Until    \(expires)") }
        }
    }
}
