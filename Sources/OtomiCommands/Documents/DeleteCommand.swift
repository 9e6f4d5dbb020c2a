import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi delete`.
struct DeleteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a document in one revision, a team with everything that belongs to it.",
        discussion: "Without --scope the document goes at every layer it is written at, with --scope at that one only."
    )

    @Argument(help: ArgumentHelp("The document's kind.", valueName: "kind"))
    var kind: KindArgument

    @Argument(help: "The document's name; team/name also works.")
    var name: String

    @OptionGroup var selection: DocumentSelection

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Flag(help: "Check on the hub what would change, without changing it.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard dryRun || !(message ?? "").isEmpty else { throw ValidationError("Say why: -m MESSAGE.") }
    }

    func run(in session: Session) async throws {
        let client = dryRun ? try session.hub(hub) : try await session.hub(hub, confirmation)
        let found = try await session.withProgress("looking for \(name)") { _ in try await documents(client) }
        let ids = found.map(\.document.id).sorted()
        if !dryRun { try session.confirm(question(ids), yes: yes) }
        let request = CommitRequest(message: message ?? "dry run", delete: ids, dryRun: dryRun)
        let result = try await session.withProgress("deleting \(name)") { _ in try await client.commit(request) }
        try session.show(result, dryRun: dryRun, format: output.format)
    }

    /// What is to go: the document at its layers, and for a team what the team owns.
    private func documents(_ client: HubClient) async throws -> [DocumentEntry] {
        let query = try selection.query(kind.kind, name: name)
        let found = try await client.documents(query)
        guard !found.isEmpty else {
            throw CommandFailure(
                .notFound,
                "there is no \(kind.kind.rawValue) \(name)\(query.team.map { " of team \($0)" } ?? "")"
                    + "\(query.scope.map { " at \($0)" } ?? ""). See otomi get \(kind.kind.rawValue.lowercased())"
            )
        }
        let teams = Set(found.compactMap(\.document.id.team))
        guard teams.count <= 1 else {
            throw CommandFailure(
                .usage,
                "\(teams.count) teams have a \(kind.kind.rawValue) \(name): \(teams.sorted().joined(separator: ", ")). "
                    + "Name one with --team"
            )
        }
        guard kind.kind == .team, selection.scope == nil else { return found }
        let owned = try await client.documents(DocumentQuery(team: name)).filter { $0.document.id.team == name }
        return found + owned
    }

    private func question(_ ids: [DocumentID]) -> String {
        let shown = ids.prefix(5).map(\.description).joined(separator: ", ")
        let rest = ids.count > 5 ? " and \(ids.count - 5) more" : ""
        return "Delete \(shown)\(rest)?"
    }
}
