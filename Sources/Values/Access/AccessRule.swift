/// One line of the table: what each role may do with an action.
///
/// A platform admin may do everything.
package struct AccessRule: Hashable, Sendable {
    /// How far a role reaches.
    package enum Reach: String, CaseIterable, Hashable, Sendable {
        /// Everywhere.
        case allowed
        /// On the platform, where what is other teams' is left out; and on what is their team's.
        case part
        /// On what is their team's.
        case ownTeam
        /// Nowhere; the role may know that it exists.
        case refused
    }

    private let auditor: Reach
    private let teamAdmin: Reach
    private let teamMember: Reach
    /// Whether somebody without any role may do it as well, once they have signed in.
    package let isForEverybody: Bool

    init(auditor: Reach, teamAdmin: Reach, teamMember: Reach, isForEverybody: Bool = false) {
        self.auditor = auditor
        self.teamAdmin = teamAdmin
        self.teamMember = teamMember
        self.isForEverybody = isForEverybody
    }

    /// How far `role` reaches.
    package func reach(of role: Role) -> Reach {
        switch role {
        case .platformAdmin: .allowed
        case .auditor: auditor
        case .teamAdmin: teamAdmin
        case .teamMember: teamMember
        }
    }
}
