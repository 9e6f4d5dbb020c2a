package import JSON

/// How an operator wants a cluster's agent installed.
///
/// What is `nil` stays as it was at the cluster's last installation, or takes the hub's default.
package struct InstallationRequest: Hashable, Sendable {
    /// How the manifest gets to the cluster.
    package enum Delivery: String, Sendable, CaseIterable {
        /// In the answer, with a new one-time token.
        case manifest
        /// At an address that serves it once.
        case link
        /// In the answer, without a token: for an agent that is enrolled.
        case upgrade
    }

    package var delivery: Delivery
    /// How long the token or the address works, in seconds.
    package var lifetimeSeconds: Int64?
    package var image: String?
    /// The certificates that the agent trusts for the hub, PEM.
    package var authorities: String?
    package var proxy: String?
    package var noProxy: String?
    /// The size of a volume for the agent's state.
    package var persistence: String?

    package init(
        delivery: Delivery,
        lifetimeSeconds: Int64? = nil,
        image: String? = nil,
        authorities: String? = nil,
        proxy: String? = nil,
        noProxy: String? = nil,
        persistence: String? = nil
    ) {
        self.delivery = delivery
        self.lifetimeSeconds = lifetimeSeconds
        self.image = image
        self.authorities = authorities
        self.proxy = proxy
        self.noProxy = noProxy
        self.persistence = persistence
    }
}

extension InstallationRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.optional("delivery") ?? Delivery.link.rawValue
        guard let delivery = Delivery(rawValue: word) else {
            let known = Delivery.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONError("is '\(word)', which is none of \(known)", at: JSONPointer(["delivery"]))
        }
        self.delivery = delivery
        lifetimeSeconds = try json.optional("lifetimeSeconds")
        image = try json.optional("image")
        authorities = try json.optional("authorities")
        proxy = try json.optional("proxy")
        noProxy = try json.optional("noProxy")
        persistence = try json.optional("persistence")
    }

    package var json: JSONValue {
        .members([
            "delivery": delivery.rawValue, "lifetimeSeconds": lifetimeSeconds, "image": image,
            "authorities": authorities, "proxy": proxy, "noProxy": noProxy, "persistence": persistence,
        ])
    }
}
