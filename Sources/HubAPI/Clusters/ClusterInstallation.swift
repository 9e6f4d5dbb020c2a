package import JSON

/// What installs a cluster's agent: the manifest, or the address that serves it once.
package struct ClusterInstallation: Hashable, Sendable {
    package var name: String
    /// The address at which the agent will reach the hub.
    package var hub: String
    /// The SHA-256 of the hub's public key, by which the agent will know it; `nil` where an authority vouches for it.
    package var pin: String?
    package var image: String
    /// The objects as YAML; `nil` when they are at ``url``.
    package var manifest: String?
    /// Serves the manifest once; it is shown here and never again.
    package var url: String?
    /// When the token or the address stops working, RFC 3339 in UTC; `nil` for an upgrade.
    package var expiresAt: String?
    /// What the operator should know before the manifest is used.
    package var notes: [String]

    package init(
        name: String,
        hub: String,
        pin: String? = nil,
        image: String,
        manifest: String? = nil,
        url: String? = nil,
        expiresAt: String? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.hub = hub
        self.pin = pin
        self.image = image
        self.manifest = manifest
        self.url = url
        self.expiresAt = expiresAt
        self.notes = notes
    }
}

extension ClusterInstallation: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        hub = try json.required("hub")
        pin = try json.optional("pin")
        image = try json.required("image")
        manifest = try json.optional("manifest")
        url = try json.optional("url")
        expiresAt = try json.optional("expiresAt")
        notes = try json.optional("notes") ?? []
    }

    package var json: JSONValue {
        .members([
            "name": name, "hub": hub, "pin": pin, "image": image, "manifest": manifest, "url": url,
            "expiresAt": expiresAt,
            "notes": notes,
        ])
    }
}
