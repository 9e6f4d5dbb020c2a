import ArgumentParser
import HubAPI
import Values

/// The change that a plan is made of, on the command line.
struct PlannedChange: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("A file or folder of documents, or -; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "A document that goes, such as team/demo or service/demo/web; may be repeated.",
            valueName: "kind/name"
        )
    )
    var delete: [DocumentPath] = []

    @Option(help: ArgumentHelp("The draft to preview.", valueName: "name"))
    var draft: String?

    @Option(help: ArgumentHelp("The revision to go to: its number, latest, or a tag.", valueName: "revision"))
    var revision: String?

    func validate() throws {
        let kinds = [!files.isEmpty || !delete.isEmpty, draft != nil, revision != nil].count { $0 }
        guard kinds == 1 else {
            throw ValidationError("Say what to plan: -f PATH and --delete KIND/NAME, or --draft NAME, or --revision N.")
        }
    }

    /// Reads the files.
    ///
    /// - Throws: `CommandFailure` when one cannot be read or has a fault.
    func load(in session: Session) throws -> LoadedDocuments {
        var loaded = try LoadedDocuments(reading: files, in: session)
        loaded.validate()
        let place = files.joined(separator: ", ")
        guard !loaded.hasErrors else { throw CommandFailure.invalid(loaded.faults, in: place) }
        guard files.isEmpty || !loaded.documents.isEmpty else {
            throw CommandFailure(.invalid, "there is no document in \(place); there is nothing to plan")
        }
        for warning in loaded.faults.sorted() { session.terminal.note(warning.lineWithSeverity) }
        return loaded
    }

    /// What the hub is asked to plan.
    ///
    /// - Throws: `CommandFailure` for a document to remove that is not there; `HubClientError`.
    func subject(_ loaded: LoadedDocuments, _ client: HubClient) async throws -> PlanRequest.Subject {
        if let draft { return .draft(draft) }
        if let revision { return .revision(revision) }
        var ids: Set<DocumentID> = []
        for path in delete { ids.formUnion(try await documents(at: path, client)) }
        return .changes(put: loaded.documents, delete: ids.sorted())
    }

    /// The document at its layers, and for a team what the team owns, as `otomi delete` removes them.
    private func documents(at path: DocumentPath, _ client: HubClient) async throws -> [DocumentID] {
        let found = try await client.documents(DocumentQuery(kind: path.kind, team: path.team, name: path.name))
        guard !found.isEmpty else {
            throw CommandFailure(.notFound, "there is no \(path). See otomi get \(path.kind.rawValue.lowercased())")
        }
        guard path.kind == .team else { return found.map(\.document.id) }
        let owned = try await client.documents(DocumentQuery(team: path.name))
        return (found + owned).map(\.document.id)
    }
}

/// A document on the command line: `team/demo`, `service/demo/web`.
struct DocumentPath: ExpressibleByArgument, Hashable, CustomStringConvertible {
    let kind: Kind
    let team: String?
    let name: String

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first.flatMap(Kind.init(loosely:)), !parts.contains("") else { return nil }
        switch (kind.belongsToTeam, parts.count) {
        case (false, 2): (team, name) = (nil, parts[1])
        case (true, 3): (team, name) = (parts[1], parts[2])
        default: return nil
        }
        self.kind = kind
    }

    var description: String {
        [kind.rawValue, [team, name].compactMap(\.self).joined(separator: "/")].joined(separator: " ")
    }
}
