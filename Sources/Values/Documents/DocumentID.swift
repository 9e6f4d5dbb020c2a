package import JSON

/// What names a document: one kind, scope, team and name is one document.
package struct DocumentID: Hashable, Sendable {
    package let kind: Kind
    package let scope: Scope
    /// The owning team; set exactly for services, jobs and secrets.
    ///
    /// A team itself is only named.
    package let team: String?
    package let name: String

    package init(kind: Kind, scope: Scope = .platform, team: String? = nil, name: String) {
        self.kind = kind
        self.scope = scope
        self.team = kind == .team && team == name ? nil : team
        self.name = name
    }

    /// The team whose document this is: the owner, or the team itself.
    package var owningTeam: String? { kind == .team ? name : team }

    /// The same document at another layer.
    package func at(_ scope: Scope) -> DocumentID {
        DocumentID(kind: kind, scope: scope, team: team, name: name)
    }
}

extension DocumentID: Comparable {
    package static func < (left: DocumentID, right: DocumentID) -> Bool {
        if left.kind != right.kind { return left.kind < right.kind }
        if left.scope != right.scope { return left.scope < right.scope }
        return (left.team ?? "", left.name) < (right.team ?? "", right.name)
    }
}

extension DocumentID: CustomStringConvertible {
    /// For people: `Service demo/hello`, and the scope when it is not the platform.
    package var description: String {
        let subject = team.map { "\($0)/\(name)" } ?? name
        return scope == .platform ? "\(kind.rawValue) \(subject)" : "\(kind.rawValue) \(subject) at \(scope)"
    }
}

extension DocumentID: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let kindText: String = try json.required("kind")
        guard let kind = Kind(rawValue: kindText) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONError("one of \(known) is expected, found '\(kindText)'", at: JSONPointer(["kind"]))
        }
        self.init(
            kind: kind,
            scope: try json.optional("scope") ?? .platform,
            team: try json.optional("team"),
            name: try json.required("name")
        )
    }

    package var json: JSONValue {
        .members([
            "kind": kind.rawValue, "scope": scope == .platform ? nil : scope, "team": team, "name": name,
        ])
    }
}
