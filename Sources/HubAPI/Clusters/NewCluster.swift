package import JSON

/// A cluster to add to the fleet.
package struct NewCluster: Hashable, Sendable {
    package var name: String
    package var provider: String
    package var region: String
    package var labels: [String: String]
    /// The suffix of the host names of what runs there; `nil` takes the platform's rule.
    package var domain: String?
    /// Who answers for it: a person, a team, an address.
    package var owner: String?
    /// What people should know of it.
    package var description: String?
    /// Whether its agents wait for an operator; `nil` for what the hub is set to.
    package var requiresApproval: Bool?
    /// Whether it is shut out when two agents speak with its identity; `nil` for what the hub is set to.
    package var quarantinesClones: Bool?

    package init(
        name: String,
        provider: String,
        region: String,
        labels: [String: String] = [:],
        domain: String? = nil,
        owner: String? = nil,
        description: String? = nil,
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
}

extension NewCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        provider = try json.required("provider")
        region = try json.optional("region") ?? ""
        labels = try json.optional("labels") ?? [:]
        domain = try json.optional("domain")
        owner = try json.optional("owner")
        description = try json.optional("description")
        requiresApproval = try json.optional("requiresApproval")
        quarantinesClones = try json.optional("quarantinesClones")
    }

    package var json: JSONValue {
        .members([
            "name": name, "provider": provider, "region": region, "labels": labels, "domain": domain,
            "owner": owner, "description": description, "requiresApproval": requiresApproval,
            "quarantinesClones": quarantinesClones,
        ])
    }
}
