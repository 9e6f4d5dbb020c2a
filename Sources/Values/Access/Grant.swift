/// One role that somebody has, and for which team if it is a team's.
package struct Grant: Hashable, Sendable {
    package let role: Role
    /// The team of a team's role; `nil` for a role on the platform.
    package let team: String?

    private init(role: Role, team: String?) {
        self.role = role
        self.team = team
    }

    /// A role on the whole platform; `nil` for a role that is had in a team.
    package static func platform(_ role: Role) -> Grant? { role.isOfTeam ? nil : Grant(role: role, team: nil) }

    /// A role in one team; `nil` for a role that is had on the platform.
    package static func team(_ team: String, _ role: Role) -> Grant? {
        role.isOfTeam ? Grant(role: role, team: team) : nil
    }

    package static let platformAdmin = Grant(role: .platformAdmin, team: nil)
    package static let auditor = Grant(role: .auditor, team: nil)
}
