/// An agent by its cluster and the key that it signed with.
package struct AgentKey: Hashable, Sendable {
    package let clusterID: String
    package let keyID: String

    package init(clusterID: String, keyID: String) {
        self.clusterID = clusterID
        self.keyID = keyID
    }

    /// The agent behind `identity`.
    package init(_ identity: AgentIdentity) {
        self.init(clusterID: identity.clusterID, keyID: identity.keyID)
    }
}

/// What a request that is held open for a timestamp looks at.
package struct HeldTimestamp: Hashable, Sendable {
    /// The timestamp file; `nil` before the first.
    package let bytes: [UInt8]?
    package let versions: MetadataVersions
    /// Whether the agent would be let in now.
    package let isAdmitted: Bool
}
