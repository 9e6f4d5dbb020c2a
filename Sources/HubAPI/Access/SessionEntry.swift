package import JSON

/// Who one is to the hub.
package struct SessionEntry: Hashable, Sendable {
    package var name: String
    /// `person` or `token`.
    package var kind: String
    package var grants: [RoleGrant]
    /// Whether nothing may be changed, whatever the roles say.
    package var isReadOnly: Bool
    /// When the session or the token ends at the latest.
    package var expiresAt: String?
    /// When the session ends if it is not used before.
    package var idleUntil: String?
    /// What a browser sends as `X-CSRF-Token` with each change.
    package var csrfToken: String?
    /// The secret of a session of the command line; only in the answer to signing in.
    package var token: String?
    /// `prod` when the hub has a cluster with the label `tier=prod`.
    package var tier: String?

    package init(
        name: String,
        kind: String,
        grants: [RoleGrant],
        isReadOnly: Bool = false,
        expiresAt: String? = nil,
        idleUntil: String? = nil,
        csrfToken: String? = nil,
        token: String? = nil,
        tier: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.grants = grants
        self.isReadOnly = isReadOnly
        self.expiresAt = expiresAt
        self.idleUntil = idleUntil
        self.csrfToken = csrfToken
        self.token = token
        self.tier = tier
    }
}

extension SessionEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        kind = try json.optional("kind") ?? "person"
        grants = try json.optional("grants") ?? []
        isReadOnly = try json.optional("readOnly") ?? false
        expiresAt = try json.optional("expiresAt")
        idleUntil = try json.optional("idleUntil")
        csrfToken = try json.optional("csrfToken")
        token = try json.optional("token")
        tier = try json.optional("tier")
    }

    package var json: JSONValue {
        .members([
            "name": name, "kind": kind, "grants": grants, "readOnly": isReadOnly ? true : nil, "expiresAt": expiresAt,
            "idleUntil": idleUntil, "csrfToken": csrfToken, "token": token, "tier": tier,
        ])
    }
}
