import ArgumentParser
import HubAPI
import JSON

/// `otomi permissions`.
struct PermissionsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions",
        abstract: "Shows what you may do, and which fields of your teams' documents you may change."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let permissions = try await session.withProgress("reading the permissions") { _ in
            try await client.permissions()
        }
        let actions = permissions.actions.sorted { $0.key < $1.key }
        try session.show(output.format ?? .table, json: permissions.json, names: actions.map(\.key)) {
            let roles = permissions.roles.map { role in role.team.map { "\(role.name) of \($0)" } ?? role.name }
            try session.terminal.line("\(permissions.name): \(roles.joined(separator: ", "))")
            var table = Table("ACTION", "REACH")
            for (action, reach) in actions { table.add(.init(action), .init(reach)) }
            try session.show(table, otherwise: "There is nothing you may do.")
            for documents in permissions.documents {
                let closed = documents.fields.filter { !$0.value }.keys.sorted().map { field in
                    documents.flags[field].map { "\(field) (flag \($0))" } ?? field
                }
                guard !closed.isEmpty else { continue }
                try session.terminal.line(
                    "\(documents.kind) of \(documents.team), not yours to change: \(closed.joined(separator: ", "))"
                )
            }
        }
    }
}
