/// What somebody is to the platform or to one team.
package enum Role: String, CaseIterable, Hashable, Sendable {
    /// May do everything.
    case platformAdmin
    /// May read everything, and change nothing.
    case auditor
    /// Runs a team: what its members may do, and the settings that the platform leaves to it.
    case teamAdmin
    /// Works in a team.
    case teamMember

    /// Whether the role is had in one team, not on the whole platform.
    package var isOfTeam: Bool { self == .teamAdmin || self == .teamMember }
}
