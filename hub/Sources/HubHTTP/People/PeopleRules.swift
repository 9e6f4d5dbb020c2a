import HubAPI
import HubStore
import Hummingbird
import Values

/// Who may do what with people and tokens: the one place that the routes of this folder ask.
struct PeopleRules {
    let principal: Principal

    /// Adding, disabling and removing people.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func requireManaging() throws {
        guard principal.isPlatformAdmin else { throw Self.refused("Only a platform admin manages people.") }
    }

    /// Whether a person may be seen: all by whoever has a role on the platform, those of a team by its admins.
    func maySee(_ person: Person) -> Bool {
        person.grants.contains { maySee($0.grant) } || seesEverybody
    }

    /// Whether it may be seen that somebody has a role: a team's by its admins, any by who sees everybody.
    func maySee(_ grant: Grant) -> Bool { seesEverybody || grant.team.map(administers) ?? false }

    /// Listing people at all.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func requireSeeing() throws {
        guard seesEverybody || principal.grants.contains(where: { $0.role == .teamAdmin }) else {
            throw Self.refused("Only admins and auditors see the people.")
        }
    }

    /// Giving a role to somebody, and taking it.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func requireGranting(_ grant: Grant) throws {
        guard principal.isPlatformAdmin || grant.role == .teamMember && grant.team.map(administers) ?? false else {
            throw Self.refused("This role is not yours to give or take: a team's admins have its members only.")
        }
    }

    /// Making a token that allows `scope`.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func requireMaking(_ scope: TokenScope) throws {
        guard case .grant(let grant) = scope else { return }
        guard principal.grants.contains(where: { $0.covers(grant) }) else {
            throw Self.refused("The token would allow more than you may do.")
        }
    }

    /// Seeing and revoking everybody's tokens, and making a machine's.
    ///
    /// - Throws: `Problem` of kind `forbidden`.
    func requireManagingTokens() throws {
        guard principal.isPlatformAdmin else { throw Self.refused("Only a platform admin manages others' tokens.") }
    }

    /// Whether nobody is hidden from them.
    var seesEverybody: Bool { principal.isPlatformAdmin || principal.grants.contains(.auditor) }

    private func administers(_ team: String) -> Bool {
        Grant.team(team, .teamAdmin).map(principal.grants.contains) ?? false
    }

    private static func refused(_ detail: String) -> Problem { Problem(.forbidden, detail: detail) }
}
