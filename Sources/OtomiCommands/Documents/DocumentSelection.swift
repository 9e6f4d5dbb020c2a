import ArgumentParser
import HubAPI
import Values

/// Which documents are meant.
struct DocumentSelection: ParsableArguments {
    @Option(help: ArgumentHelp("Only documents of this team.", valueName: "name"))
    var team: String?

    @Option(help: ArgumentHelp("Only this layer: platform, group/NAME or cluster/NAME.", valueName: "scope"))
    var scope: ScopeArgument?

    /// The query for a kind and a name, which may be written `team/name`.
    ///
    /// - Throws: `CommandFailure` when the name and `--team` disagree.
    func query(_ kind: Kind?, name: String?, revision: Int64? = nil) throws -> DocumentQuery {
        var query = DocumentQuery(kind: kind, team: team, scope: scope?.scope, name: name, revision: revision)
        guard let kind, kind.belongsToTeam, let name, let slash = name.firstIndex(of: "/") else { return query }
        let owner = String(name[..<slash])
        guard team == nil || team == owner else {
            throw CommandFailure(.usage, "'\(name)' names team \(owner), but --team says \(team ?? "")")
        }
        query.team = owner
        query.name = String(name[name.index(after: slash)...])
        return query
    }
}

extension DocumentID {
    /// The document in one word for scripts: `service/demo/hello`, with `@scope` when that is not the platform.
    var shortName: String {
        let path = [kind.rawValue.lowercased(), team, name].compactMap(\.self).joined(separator: "/")
        return scope == .platform ? path : "\(path)@\(scope)"
    }
}
