package import JSON

/// Somebody who may sign in.
package struct PersonEntry: Hashable, Sendable {
    package var name: String
    package var email: String?
    package var displayName: String
    package var hasPassword: Bool
    /// The identity provider that vouches for them.
    package var issuer: String?
    package var createdAt: String
    package var lastSignInAt: String?
    /// When they were disabled; `nil` for whoever is let in.
    package var disabledAt: String?
    package var grants: [RoleGrant]

    package init(
        name: String,
        email: String? = nil,
        displayName: String = "",
        hasPassword: Bool = false,
        issuer: String? = nil,
        createdAt: String,
        lastSignInAt: String? = nil,
        disabledAt: String? = nil,
        grants: [RoleGrant] = []
    ) {
        self.name = name
        self.email = email
        self.displayName = displayName
        self.hasPassword = hasPassword
        self.issuer = issuer
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
        self.disabledAt = disabledAt
        self.grants = grants
    }
}

extension PersonEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        email = try json.optional("email")
        displayName = try json.optional("displayName") ?? ""
        hasPassword = try json.optional("hasPassword") ?? false
        issuer = try json.optional("issuer")
        createdAt = try json.optional("createdAt") ?? ""
        lastSignInAt = try json.optional("lastSignInAt")
        disabledAt = try json.optional("disabledAt")
        grants = try json.optional("grants") ?? []
    }

    package var json: JSONValue {
        .members([
            "name": name, "email": email, "displayName": displayName, "hasPassword": hasPassword, "issuer": issuer,
            "createdAt": createdAt, "lastSignInAt": lastSignInAt, "disabledAt": disabledAt, "grants": grants,
        ])
    }
}

/// A person to add.
package struct NewPersonRequest: Hashable, Sendable, JSONRepresentable {
    package var name: String
    package var email: String?
    package var displayName: String
    package var grants: [RoleGrant]

    package init(name: String, email: String? = nil, displayName: String = "", grants: [RoleGrant] = []) {
        self.name = name
        self.email = email
        self.displayName = displayName
        self.grants = grants
    }

    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        email = try json.optional("email")
        displayName = try json.optional("displayName") ?? ""
        grants = try json.optional("grants") ?? []
    }

    package var json: JSONValue {
        .members(["name": name, "email": email, "displayName": displayName, "grants": grants])
    }
}

/// A person with the one-time code by which they set their password.
package struct PersonWithCode: Hashable, Sendable, JSONRepresentable {
    package var person: PersonEntry
    package var code: String
    package var codeExpiresAt: String

    package init(person: PersonEntry, code: String, codeExpiresAt: String) {
        self.person = person
        self.code = code
        self.codeExpiresAt = codeExpiresAt
    }

    package init(json: JSONValue) throws(JSONError) {
        person = try json.required("person")
        code = try json.required("code")
        codeExpiresAt = try json.required("codeExpiresAt")
    }

    package var json: JSONValue { .members(["person": person, "code": code, "codeExpiresAt": codeExpiresAt]) }
}
