/// How people write a document in one word: `app/harbor`, `service/demo/hello`, `team/demo@group/eu`.
package struct DocumentPath: Hashable, Sendable, LosslessStringConvertible {
    package let kind: Kind
    /// The owning team; `nil` when the path does not say, or the kind has none.
    package let team: String?
    package let name: String
    /// The layer; `nil` when the path does not say.
    package let scope: Scope?

    /// Reads a path; `nil` for what is none.
    package init?(_ text: String) {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts.contains(""), let kind = Kind(loosely: parts[0]),
            parts.count == 2 || kind.belongsToTeam
        else { return nil }
        if halves.count == 2 {
            guard let scope = Scope(String(halves[1])) else { return nil }
            self.scope = scope
        } else {
            scope = nil
        }
        self.kind = kind
        team = parts.count == 3 ? parts[1] : nil
        name = parts[parts.count - 1]
    }

    package init(_ id: DocumentID) {
        kind = id.kind
        team = id.team
        name = id.name
        scope = id.scope == .platform ? nil : id.scope
    }

    package var description: String {
        let path = [kind.rawValue.lowercased(), team, name].compactMap(\.self).joined(separator: "/")
        return scope.map { "\(path)@\($0)" } ?? path
    }

    /// The one document that is meant, at the platform's scope unless the path says another; `nil` when its team is missing.
    ///
    /// `team`: the team, where the path does not say.
    package func id(team: String? = nil) -> DocumentID? {
        let owner = kind.belongsToTeam ? self.team ?? team : nil
        guard owner != nil || !kind.belongsToTeam else { return nil }
        let scope = scope ?? (kind == .cluster ? .cluster(name) : .platform)
        return DocumentID(kind: kind, scope: scope, team: owner, name: name)
    }
}
