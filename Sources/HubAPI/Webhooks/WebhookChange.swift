package import JSON

/// What a webhook is from now on; what is `nil` stays.
package struct WebhookChange: Hashable, Sendable {
    package var url: String?
    package var kinds: [String]?
    package var isEnabled: Bool?
    /// Whether deliveries are signed with a new secret from now on.
    package var isSecretNew: Bool

    package init(url: String? = nil, kinds: [String]? = nil, isEnabled: Bool? = nil, isSecretNew: Bool = false) {
        self.url = url
        self.kinds = kinds
        self.isEnabled = isEnabled
        self.isSecretNew = isSecretNew
    }
}

extension WebhookChange: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        url = try json.optional("url")
        kinds = try json.optional("kinds")
        isEnabled = try json.optional("enabled")
        isSecretNew = try json.optional("newSecret") ?? false
    }

    package var json: JSONValue {
        .members(["url": url, "kinds": kinds, "enabled": isEnabled, "newSecret": isSecretNew])
    }
}
