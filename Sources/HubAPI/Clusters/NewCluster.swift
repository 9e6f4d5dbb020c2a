package import JSON

/// A cluster to add to the fleet.
package struct NewCluster: Hashable, Sendable {
    package var name: String
    package var provider: String
    package var region: String
    package var labels: [String: String]
    /// The suffix of the host names of what runs there; `nil` takes the platform's rule.
    package var domain: String?

    package init(
        name: String,
        provider: String,
        region: String,
        labels: [String: String] = [:],
        domain: String? = nil
    ) {
        self.name = name
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
    }
}

extension NewCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        provider = try json.required("provider")
        region = try json.optional("region") ?? ""
        labels = try json.optional("labels") ?? [:]
        domain = try json.optional("domain")
    }

    package var json: JSONValue {
        .members(["name": name, "provider": provider, "region": region, "labels": labels, "domain": domain])
    }
}
