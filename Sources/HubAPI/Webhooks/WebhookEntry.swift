package import JSON

/// An address that events are sent to.
package struct WebhookEntry: Hashable, Sendable {
    package var name: String
    package var url: String
    /// Which kinds of events; none means all.
    package var kinds: [String]
    package var isEnabled: Bool
    /// Why nothing is sent.
    package var disabledReason: String?
    /// RFC 3339: since when no delivery has come through; `nil` while the last one did.
    package var failingSince: String?
    /// How many deliveries are still to be made.
    package var pending: Int64
    package var createdAt: String
    package var createdBy: String
    /// What deliveries are signed with; only where it was just made.
    package var secret: String?

    package init(
        name: String,
        url: String,
        kinds: [String],
        isEnabled: Bool,
        disabledReason: String? = nil,
        failingSince: String? = nil,
        pending: Int64,
        createdAt: String,
        createdBy: String,
        secret: String? = nil
    ) {
        self.name = name
        self.url = url
        self.kinds = kinds
        self.isEnabled = isEnabled
        self.disabledReason = disabledReason
        self.failingSince = failingSince
        self.pending = pending
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.secret = secret
    }
}

extension WebhookEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        url = try json.required("url")
        kinds = try json.optional("kinds") ?? []
        isEnabled = try json.required("enabled")
        disabledReason = try json.optional("disabledReason")
        failingSince = try json.optional("failingSince")
        pending = try json.optional("pending") ?? 0
        createdAt = try json.required("createdAt")
        createdBy = try json.required("createdBy")
        secret = try json.optional("secret")
    }

    package var json: JSONValue {
        .members([
            "name": name, "url": url, "kinds": kinds, "enabled": isEnabled, "disabledReason": disabledReason,
            "failingSince": failingSince, "pending": pending, "createdAt": createdAt, "createdBy": createdBy,
            "secret": secret,
        ])
    }
}
