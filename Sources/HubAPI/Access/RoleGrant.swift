package import JSON
package import Values

/// A role that somebody has or is to have, on the platform or in one team.
package struct RoleGrant: Hashable, Sendable {
    /// The role's name, such as `teamAdmin`.
    package var role: String
    package var team: String?
    /// `local` when it was granted here, `oidc` when a group of the identity provider stands for it; `nil` in a request.
    package var source: String?

    package init(role: String, team: String? = nil, source: String? = nil) {
        self.role = role
        self.team = team
        self.source = source
    }

    package init(_ grant: Grant, source: String? = nil) {
        self.init(role: grant.role.rawValue, team: grant.team, source: source)
    }

    /// What it stands for; `nil` when there is no such role, or it is not had there.
    package var grant: Grant? {
        guard let role = Role(rawValue: role) else { return nil }
        return team.map { Grant.team($0, role) } ?? Grant.platform(role)
    }

    /// For people: `teamAdmin of demo`, `auditor`.
    package var text: String { team.map { "\(role) of \($0)" } ?? role }
}

extension RoleGrant: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        role = try json.required("role")
        team = try json.optional("team")
        source = try json.optional("source")
    }

    package var json: JSONValue { .members(["role": role, "team": team, "source": source]) }
}
