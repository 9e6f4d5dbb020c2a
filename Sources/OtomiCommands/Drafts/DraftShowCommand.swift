import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi draft show`.
struct DraftShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a draft and what it does to which document.",
        discussion: "With -o yaml the documents are printed so that they can be changed and added again."
    )

    @Argument(help: "The draft's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let draft = try await session.withProgress("reading draft \(name)") { _ in try await client.draft(name) }
        guard output.format != .yaml else {
            return try session.showDocuments(
                draft.edits.compactMap { edit in
                    edit.spec.map { Document(id: edit.document, spec: $0).json }
                }
            )
        }
        try session.show(output.format ?? .table, json: draft.json, names: draft.edits.map(\.document.shortName)) {
            let team = draft.team.map { " of team \($0)" } ?? ""
            let sight = draft.shared ? "shared" : "private"
            try session.terminal.line(
                "Draft \(draft.name)\(team) by \(draft.author), \(sight), on revision \(draft.base), \(draft.sizeText)"
                    .printable
            )
            if !draft.message.isEmpty { try session.terminal.line(draft.message.printableLines) }
            guard !draft.edits.isEmpty else { return }
            var table = Table("EDIT", "KIND", "TEAM", "NAME", "SCOPE", "BASE", "VERSION", "AUTHOR")
            for edit in draft.edits {
                table.add(
                    edit.spec == nil ? .init("delete", .bad) : .init("put", .busy),
                    .init(edit.document.kind.rawValue),
                    .init(edit.document.team ?? "-"),
                    .init(edit.document.name),
                    .init(edit.document.scope.description),
                    .init(String(edit.base)),
                    .init(String(edit.version)),
                    .init(edit.author)
                )
            }
            try session.terminal.write("\n" + table.text(colour: session.terminal.usesColour))
        }
    }
}
