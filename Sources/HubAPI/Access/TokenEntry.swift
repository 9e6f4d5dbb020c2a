package import JSON

/// An API token without its secret.
package struct TokenEntry: Hashable, Sendable {
    /// The name within its owner's tokens.
    package var name: String
    /// The owner's name; `nil` for a machine's token, which is nobody's.
    package var owner: String?
    /// The one role that it allows; `nil` when it allows all that its owner may do.
    package var grant: RoleGrant?
    package var isReadOnly: Bool
    package var createdAt: String
    package var createdBy: String?
    package var lastUsedAt: String?
    package var expiresAt: String?

    package init(
        name: String,
        owner: String? = nil,
        grant: RoleGrant? = nil,
        isReadOnly: Bool = false,
        createdAt: String,
        createdBy: String? = nil,
        lastUsedAt: String? = nil,
        expiresAt: String? = nil
    ) {
        self.name = name
        self.owner = owner
        self.grant = grant
        self.isReadOnly = isReadOnly
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
    }
}

extension TokenEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        owner = try json.optional("owner")
        grant = try json.optional("grant")
        isReadOnly = try json.optional("readOnly") ?? false
        createdAt = try json.optional("createdAt") ?? ""
        createdBy = try json.optional("createdBy")
        lastUsedAt = try json.optional("lastUsedAt")
        expiresAt = try json.optional("expiresAt")
    }

    package var json: JSONValue {
        .members([
            "name": name, "owner": owner, "grant": grant, "readOnly": isReadOnly, "createdAt": createdAt,
            "createdBy": createdBy, "lastUsedAt": lastUsedAt, "expiresAt": expiresAt,
        ])
    }
}

/// An API token to make.
package struct NewTokenRequest: Hashable, Sendable, JSONRepresentable {
    package var name: String
    /// The one role that it is to allow; `nil` for all that its owner may do.
    package var grant: RoleGrant?
    package var isReadOnly: Bool
    /// How long it lives; `nil` for 90 days.
    package var lifetimeSeconds: Int64?
    /// Whether it is to be nobody's, so that it outlives whoever makes it.
    package var isForMachine: Bool

    package init(
        name: String,
        grant: RoleGrant? = nil,
        isReadOnly: Bool = false,
        lifetimeSeconds: Int64? = nil,
        isForMachine: Bool = false
    ) {
        self.name = name
        self.grant = grant
        self.isReadOnly = isReadOnly
        self.lifetimeSeconds = lifetimeSeconds
        self.isForMachine = isForMachine
    }

    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        grant = try json.optional("grant")
        isReadOnly = try json.optional("readOnly") ?? false
        lifetimeSeconds = try json.optional("lifetimeSeconds")
        isForMachine = try json.optional("machine") ?? false
    }

    package var json: JSONValue {
        .members([
            "name": name, "grant": grant, "readOnly": isReadOnly ? true : nil, "lifetimeSeconds": lifetimeSeconds,
            "machine": isForMachine ? true : nil,
        ])
    }
}

/// A token that was made, with its secret, which is told here and never again.
package struct NewToken: Hashable, Sendable, JSONRepresentable {
    package var token: TokenEntry
    package var secret: String

    package init(token: TokenEntry, secret: String) {
        self.token = token
        self.secret = secret
    }

    package init(json: JSONValue) throws(JSONError) {
        token = try json.required("token")
        secret = try json.required("secret")
    }

    package var json: JSONValue { .members(["token": token, "secret": secret]) }
}
