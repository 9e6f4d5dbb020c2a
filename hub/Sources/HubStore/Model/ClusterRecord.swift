package import Bundles
package import Concurrency
package import JSON
package import Values

/// A cluster that an operator or an import adds.
package struct NewCluster: Hashable, Sendable {
    package var name: String
    package var provider: String
    package var region: String
    package var labels: [String: String]
    package var domain: String?
    /// Who answers for it.
    package var owner: String
    /// What people should know of it.
    package var description: String
    /// Whether its agents wait for an operator; `nil` for what the fleet does.
    package var requiresApproval: Bool?
    /// Whether it is shut out when two agents speak for it; `nil` for what the fleet does.
    package var quarantinesClones: Bool?

    package init(
        name: String,
        provider: String,
        region: String = "",
        labels: [String: String] = [:],
        domain: String? = nil,
        owner: String = "",
        description: String = "",
        requiresApproval: Bool? = nil,
        quarantinesClones: Bool? = nil
    ) {
        self.name = name
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
        self.owner = owner
        self.description = description
        self.requiresApproval = requiresApproval
        self.quarantinesClones = quarantinesClones
    }

    /// What placement and layering will see.
    package var identity: ClusterIdentity {
        ClusterIdentity(name: name, provider: provider, region: region, labels: labels)
    }
}

/// A cluster of the fleet as the store has it.
package struct ClusterRecord: Hashable, Sendable {
    /// Never used twice, also when a name is.
    package let id: String
    package let name: String
    package let provider: String
    package let region: String
    package let labels: [String: String]
    package let domain: String?
    /// Who answers for it; empty when nobody said.
    package let owner: String
    package let description: String
    package let createdAt: UnixTime
    /// The revision that the cluster should run; only a rollout moves it on.
    package let desiredRevision: Int64
    /// The revision of the published bundle; `nil` before the first.
    package let publishedRevision: Int64?
    /// The published bundle's counter; 0 before the first.
    package let generation: Int64
    /// The agent that enrolled; `nil` while the cluster is pending.
    package let agent: AgentIdentity?
    package let revokedAt: UnixTime?
    /// What else stands between its agent and the hub.
    package let admission: ClusterAdmission
    /// What operators told its agent.
    package let directives: ClusterDirectives
    /// When the agent last spoke.
    package let lastSeen: UnixTime?
    /// What the agent last reported.
    package let report: StoredReport?
    /// How it stood when the hub last looked.
    package let standing: StoredStanding
    /// Why its bundle is not what it should be; `nil` when it is, or on its way.
    package let fault: ClusterFault?

    /// The cluster as placement and layering see it.
    package var identity: ClusterIdentity {
        ClusterIdentity(name: name, provider: provider, region: region, labels: labels)
    }

    /// The cluster as signed metadata names it.
    package var binding: ClusterBinding { ClusterBinding(name: name, id: id) }
}

/// Who answers for a cluster: what its agent said when it enrolled.
package struct AgentIdentity: Hashable, Sendable {
    package let clusterID: String
    package let cluster: String
    package let keyID: String
    package let publicKey: PublicKey
    package let sealingKey: SealingPublicKey
    /// The uid of the cluster's kube-system namespace.
    package let clusterUID: String
    package let enrolledAt: UnixTime
    /// Since when it has these keys.
    package let keysSince: UnixTime
    /// An operator asked for new ones.
    package let isRotationAsked: Bool
    package let isRevoked: Bool
}

/// The latest report of a cluster.
package struct StoredReport: Hashable, Sendable {
    package let bootID: String
    package let sequence: Int64
    package let generation: Int64
    package let revision: Int64
    /// One of the states of the report protocol.
    package let state: String
    /// Since when the state is that one.
    package let stateSince: UnixTime
    package let receivedAt: UnixTime
    /// The report in its wire form: whole, or without what does not say how its cluster stands.
    package let body: JSONValue
}

/// A one-time token that lets one agent enrol for one cluster.
package struct EnrolmentToken: Hashable, Sendable {
    /// The text to hand to the agent, of which the store keeps only the hash.
    package let text: String
    package let expiresAt: UnixTime

    package init(text: String, expiresAt: UnixTime) {
        self.text = text
        self.expiresAt = expiresAt
    }
}
