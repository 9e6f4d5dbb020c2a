package import Concurrency
package import JSON
package import Values

/// A cluster as lists show it: nothing of its report but what was kept with its state.
package struct ClusterSummary: Hashable, Sendable {
    package let id: String
    package let name: String
    package let provider: String
    package let region: String
    package let labels: [String: String]
    package let domain: String?
    package let owner: String
    package let description: String
    package let desiredRevision: Int64
    package let generation: Int64
    package let appliedRevision: Int64?
    package let appliedGeneration: Int64?
    package let lastSeen: UnixTime?
    package let standing: StoredStanding
    /// What lists show of the agent's report; see ``ClusterStanding/summary``.
    package let summary: JSONValue
    /// Whether something has changed since the hub last looked how it stands.
    package let isStale: Bool

    /// The cluster as placement and layering see it.
    package var identity: ClusterIdentity {
        ClusterIdentity(name: name, provider: provider, region: region, labels: labels)
    }
}
