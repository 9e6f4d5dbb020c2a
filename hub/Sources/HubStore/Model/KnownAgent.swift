/// The agent behind a key, and how far that key is good.
package struct KnownAgent: Hashable, Sendable {
    package let identity: AgentIdentity
    /// The agent was silent for longer than keys live.
    package let isExpired: Bool
    /// The boot that speaks for the cluster; `nil` until one has signed a request.
    package let bootID: String?
    /// It is shut out until an operator decides.
    package let isQuarantined: Bool
}

/// What a request says about the boots of its agent.
package enum BootStanding: Hashable, Sendable {
    /// It is the one that speaks, or the newest; or a late word of an earlier one.
    case expected
    /// An earlier boot speaks after a newer one did: two programs have one identity.
    case clone(isQuarantined: Bool)
}
