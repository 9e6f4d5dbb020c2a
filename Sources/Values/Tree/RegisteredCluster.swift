package import JSON

/// A cluster as the fleet's registry has it: what nobody can read from documents.
package struct RegisteredCluster: Hashable, Sendable {
    package let identity: ClusterIdentity
    /// The suffix of its host names; `nil` takes the platform's rule.
    package let domain: String?

    package init(_ identity: ClusterIdentity, domain: String? = nil) {
        self.identity = identity
        self.domain = domain
    }
}

extension RegisteredCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(try ClusterIdentity(json: json), domain: try json.optional("domain"))
    }

    package var json: JSONValue {
        var json = identity.json
        if let domain { json["domain"] = .string(domain) }
        return json
    }
}
