package import JSON

/// A cluster as placement and layering see it.
package struct ClusterIdentity: Hashable, Sendable {
    package let name: String
    package let provider: String
    package let region: String
    package let labels: [String: String]

    /// The providers that a cluster can have.
    package static let providers = [
        "aws", "azure", "google", "digitalocean", "ovh", "vultr", "scaleway", "civo", "onprem", "kind", "custom",
    ]

    package init(name: String, provider: String, region: String, labels: [String: String] = [:]) {
        self.name = name
        self.provider = provider
        self.region = region
        self.labels = labels
    }

    /// The labels that selectors match: its own, and `name`, `provider` and `region`, which cannot be overridden.
    package var allLabels: [String: String] {
        labels.merging(["name": name, "provider": provider, "region": region]) { _, builtIn in builtIn }
    }

    /// Whether every label of `selector` has the wanted value; an empty selector matches every cluster.
    package func matches(_ selector: [String: String]) -> Bool {
        let labels = allLabels
        return selector.allSatisfy { labels[$0.key] == $0.value }
    }
}

extension ClusterIdentity: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            name: try json.required("name"),
            provider: try json.required("provider"),
            region: try json.optional("region") ?? "",
            labels: try json.optional("labels") ?? [:]
        )
    }

    package var json: JSONValue {
        .members(["name": name, "provider": provider, "region": region, "labels": labels])
    }
}
