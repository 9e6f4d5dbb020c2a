/// The agent behind a key, and how far that key is good.
package struct KnownAgent: Hashable, Sendable {
    package let identity: AgentIdentity
    /// The agent was silent for longer than keys live.
    package let isExpired: Bool
    /// The boot that speaks for the cluster; `nil` until one has signed a request.
    package let bootID: String?
    /// It is shut out until an operator decides.
    package let isQuarantined: Bool
    /// The versions of its cluster's timestamp, 0 before the first, and of the newest root.
    package let versions: MetadataVersions
}

/// How new the metadata of a cluster is.
package struct MetadataVersions: Hashable, Sendable {
    /// The version of its timestamp; 0 before the first.
    package let timestamp: Int64
    /// The version of the newest root.
    package let root: Int64
}

/// What a request says about the boots of its agent.
package enum BootStanding: Hashable, Sendable {
    /// It is the one that speaks, or the newest; or a late word of an earlier one.
    case expected
    /// An earlier boot speaks after a newer one did: two programs have one identity.
    case clone(isQuarantined: Bool)
}
