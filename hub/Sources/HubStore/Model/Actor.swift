package import Values

/// On whose behalf an operation of the store runs, and from where they asked.
package struct Actor: Hashable, Sendable {
    /// Who acts in this task; `nil` where the hub does by itself.
    ///
    /// The edge sets it around a request's handler, so that no code in between can forget it. What runs after the handler
    /// has returned, such as a body that is written bit by bit, names its actor itself (`HubStore.acting(as:)`).
    @TaskLocal package static var ambient: Actor?

    package let principal: Principal
    /// The address that the request came from; `nil` when nobody asked over the network.
    package let address: String?
    /// The teams whose rows alone the database shows them; `nil` when it shows all.
    package let teams: [String]?

    /// Somebody who sees what their roles let them see: a team's people see their teams.
    package init(_ principal: Principal, address: String? = nil) {
        let isBound = [.person, .token].contains(principal.kind) && !principal.maySeeEveryTeam
        self.init(principal, address: address, teams: isBound ? principal.teams : nil)
    }

    private init(_ principal: Principal, address: String?, teams: [String]?) {
        self.principal = principal
        self.address = address
        self.teams = teams
    }

    /// The same actor before rows of all teams: for code that chooses itself what concerns them.
    package var unbound: Actor { Actor(principal, address: address, teams: nil) }

    /// The hub, when it acts by itself.
    package static let hub = Actor(.hub)
}
