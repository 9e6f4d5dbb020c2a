import Bundles
import JSON
package import Values

/// What people decide about a cluster itself, and may change.
package struct ClusterRegistration: Hashable, Sendable {
    package var provider: String
    package var region: String
    package var labels: [String: String]
    package var domain: String?
    package var owner: String
    package var description: String

    package init(
        provider: String,
        region: String,
        labels: [String: String],
        domain: String?,
        owner: String,
        description: String
    ) {
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
        self.owner = owner
        self.description = description
    }

    /// Tells one registration from another; what an `ETag` shows of it.
    package var version: String {
        let content: JSONValue = .members([
            "provider": provider, "region": region, "labels": labels, "domain": domain, "owner": owner,
            "description": description,
        ])
        return String(Digest(of: content.serialized()).hex.prefix(16))
    }

    /// The cluster `name` as placement and layering would see it.
    package func identity(_ name: String) -> ClusterIdentity {
        ClusterIdentity(name: name, provider: provider, region: region, labels: labels)
    }
}

extension ClusterRecord {
    package var registration: ClusterRegistration {
        ClusterRegistration(
            provider: provider,
            region: region,
            labels: labels,
            domain: domain,
            owner: owner,
            description: description
        )
    }
}
