/// What the fleet demands of agents' identities.
package struct AgentPolicy: Hashable, Sendable {
    /// No enrolment token lives longer, whatever is configured.
    package static let longestTokenLifetime: Duration = .seconds(24 * 3_600)

    /// How long an enrolment token works.
    package var tokenLifetime: Duration {
        didSet { tokenLifetime = min(tokenLifetime, Self.longestTokenLifetime) }
    }
    /// How long a replaced key still counts, for the requests that are on their way.
    package var keyOverlap: Duration
    /// How long an agent may be silent before its key is too old: then an operator must agree to new ones.
    package var keyLifetime: Duration
    /// Whether agents of clusters that are added from now on wait for an operator.
    package var requiresApproval: Bool
    /// Whether a cluster with two agents is shut out until an operator decides; a cluster may say otherwise.
    package var quarantinesClones: Bool

    package init(
        tokenLifetime: Duration = .seconds(3_600),
        keyOverlap: Duration = .seconds(600),
        keyLifetime: Duration = .seconds(90 * 86_400),
        requiresApproval: Bool = false,
        quarantinesClones: Bool = false
    ) {
        self.tokenLifetime = min(tokenLifetime, Self.longestTokenLifetime)
        self.keyOverlap = keyOverlap
        self.keyLifetime = keyLifetime
        self.requiresApproval = requiresApproval
        self.quarantinesClones = quarantinesClones
    }
}
