package import JSON

/// The fleet's root of trust, as operators see it.
package struct TrustStatus: Hashable, Sendable {
    /// The version of the newest root.
    package var version: Int64
    /// When it expires, RFC 3339 in UTC.
    package var expires: String
    package var roles: [TrustRole]
    /// The newest root, the whole signed file.
    package var root: JSONValue
    /// The next root, while it waits for signatures.
    package var draft: TrustDraft?

    package init(version: Int64, expires: String, roles: [TrustRole], root: JSONValue, draft: TrustDraft?) {
        self.version = version
        self.expires = expires
        self.roles = roles
        self.root = root
        self.draft = draft
    }
}

extension TrustStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        version = try json.required("version")
        expires = try json.required("expires")
        roles = try json.required("roles")
        root = try json.required("root")
        draft = try json.optional("draft")
    }

    package var json: JSONValue {
        .members(["version": version, "expires": expires, "roles": roles, "root": root, "draft": draft])
    }
}

/// Whose signatures count for a role.
package struct TrustRole: Hashable, Sendable, JSONRepresentable {
    package var name: String
    package var threshold: Int
    package var keys: [TrustKey]

    package init(name: String, threshold: Int, keys: [TrustKey]) {
        self.name = name
        self.threshold = threshold
        self.keys = keys
    }

    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        threshold = try json.required("threshold")
        keys = try json.required("keys")
    }

    package var json: JSONValue { .members(["name": name, "threshold": threshold, "keys": keys]) }
}

/// A key, and whether the hub has its private half.
package struct TrustKey: Hashable, Sendable, JSONRepresentable {
    package var id: String
    package var isOnline: Bool

    package init(id: String, isOnline: Bool) {
        self.id = id
        self.isOnline = isOnline
    }

    package init(json: JSONValue) throws(JSONError) {
        id = try json.required("id")
        isOnline = try json.required("online")
    }

    package var json: JSONValue { ["id": .string(id), "online": .bool(isOnline)] }
}
