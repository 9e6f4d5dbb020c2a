package import Values

extension Grant {
    /// The form in which rows are gathered: `platformAdmin/`, `teamMember/demo`.
    init?(stored text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let role = Role(rawValue: String(parts[0])),
            let grant = Grant(role, team: String(parts[1]))
        else { return nil }
        self = grant
    }

    /// A role in `team`, or on the platform when that is empty; `nil` when the role is not had there.
    package init?(_ role: Role, team: String) {
        guard let grant = team.isEmpty ? Grant.platform(role) : Grant.team(team, role) else { return nil }
        self = grant
    }

    /// The team, or nothing for a role on the platform.
    var storedTeam: String { team ?? "" }

    /// Roles as the audit log tells of them: `auditor, teamMember/demo`.
    static func list(_ grants: some Sequence<Grant>) -> String {
        grants.map { grant in grant.role.rawValue + (grant.team.map { "/\($0)" } ?? "") }.sorted()
            .joined(separator: ", ")
    }

    /// Whether whoever has this may do all that `other` allows.
    package func covers(_ other: Grant) -> Bool {
        switch role {
        case .platformAdmin: true
        case .auditor, .teamMember: self == other
        case .teamAdmin: other.team == team
        }
    }
}
