package import JSON

/// How the agent of one cluster is installed: what differs between clusters, and the manifest that follows from it.
///
/// No object of the manifest is in a bundle, so the agent neither prunes nor changes what it runs by; it is upgraded by
/// applying the manifest of another image.
package struct AgentInstallation: Hashable, Sendable {
    /// The namespace of everything that the agent runs by; the agent keeps its inventory there.
    package static let namespace = "otomi-system"
    /// The name of the Deployment, the account and the settings on which a cluster's people annotate.
    package static let name = "otomi-agent"
    /// The image when none is named.
    package static let defaultImage = "ghcr.io/otomi/otomi-agent:0.1.0"
    /// The Secret that an agent keeps its identity in.
    static let stateName = "otomi-agent-state"
    static let tokenName = "otomi-agent-token"
    static let authoritiesName = "otomi-agent-hub-ca"

    /// The address at which agents reach the hub.
    package var hub: String
    package var image: String
    /// The certificates to trust for the hub, PEM; `nil` trusts the image's.
    package var authorities: String?
    /// The SHA-256 of the hub's public key, `sha256//BASE64`; `nil` where an authority vouches for the hub.
    package var pin: String?
    /// The proxy on the way to the hub.
    package var proxy: String?
    /// What is reached without the proxy, beside the API server.
    package var noProxy: String?
    /// The size of a volume for the agent's state; `nil` keeps it as long as the pod lives.
    package var persistence: String?

    package init(
        hub: String,
        image: String = defaultImage,
        authorities: String? = nil,
        pin: String? = nil,
        proxy: String? = nil,
        noProxy: String? = nil,
        persistence: String? = nil
    ) {
        self.hub = hub
        self.image = image
        self.authorities = authorities
        self.pin = pin
        self.proxy = proxy
        self.noProxy = noProxy
        self.persistence = persistence
    }

    /// The objects in the order in which they are applied.
    ///
    /// `token` is the cluster's one-time token; without one the Secret that is there stays as it is.
    package func objects(token: String?) -> [JSONValue] {
        var objects = [
            Self.namespaceObject, object("v1", "ServiceAccount", Self.name), object("v1", "ConfigMap", Self.name),
        ]
        if let authorities {
            objects.append(
                object("v1", "ConfigMap", Self.authoritiesName, ["data": ["ca.crt": .string(authorities)]])
            )
        }
        if let token {
            objects.append(
                object("v1", "Secret", Self.tokenName, ["type": "Opaque", "stringData": ["token": .string(token)]])
            )
        }
        objects += AgentAccess.objects
        if let persistence { objects.append(volumeClaim(persistence)) }
        return objects + [networkPolicy, deployment]
    }

    // MARK: - Forming

    static let labels: JSONValue = [
        "app.kubernetes.io/name": "otomi-agent", "app.kubernetes.io/instance": "otomi-agent",
        "app.kubernetes.io/component": "agent", "app.kubernetes.io/part-of": "otomi",
        "app.kubernetes.io/managed-by": "otomi",
    ]
    static let selector: JSONValue = [
        "app.kubernetes.io/name": "otomi-agent", "app.kubernetes.io/instance": "otomi-agent",
    ]

    static func object(
        _ version: String,
        _ kind: String,
        _ name: String,
        in namespace: String?,
        _ members: [String: JSONValue] = [:]
    ) -> JSONValue {
        var metadata: JSONValue = ["name": .string(name), "labels": labels]
        metadata["namespace"] = namespace.map { .string($0) }
        return .object(
            members.merging(["apiVersion": .string(version), "kind": .string(kind), "metadata": metadata]) { _, own in
                own
            }
        )
    }

    private static var namespaceObject: JSONValue {
        var object = object("v1", "Namespace", namespace, in: nil)
        object["metadata"]?["labels"]?["pod-security.kubernetes.io/enforce"] = "restricted"
        return object
    }

    func object(_ version: String, _ kind: String, _ name: String, _ members: [String: JSONValue] = [:]) -> JSONValue {
        Self.object(version, kind, name, in: Self.namespace, members)
    }
}

extension AgentInstallation: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        hub = try json.required("hub")
        image = try json.required("image")
        authorities = try json.optional("authorities")
        pin = try json.optional("pin")
        proxy = try json.optional("proxy")
        noProxy = try json.optional("noProxy")
        persistence = try json.optional("persistence")
    }

    package var json: JSONValue {
        .members([
            "hub": hub, "image": image, "authorities": authorities, "pin": pin, "proxy": proxy, "noProxy": noProxy,
            "persistence": persistence,
        ])
    }
}
