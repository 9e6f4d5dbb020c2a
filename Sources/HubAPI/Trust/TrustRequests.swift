package import JSON

/// Asks for the next root of trust.
package struct TrustChangeRequest: Hashable, Sendable, JSONRepresentable {
    /// The keys that a role is to have.
    package struct Keys: Hashable, Sendable, JSONRepresentable {
        /// Public keys as TUF metadata lists them; empty for one that the hub makes and keeps.
        package var keys: [JSONValue]
        package var threshold: Int

        package init(keys: [JSONValue] = [], threshold: Int = 1) {
            self.keys = keys
            self.threshold = threshold
        }

        package init(json: JSONValue) throws(JSONError) {
            keys = try json.optional("keys") ?? []
            threshold = try json.optional("threshold") ?? 1
        }

        package var json: JSONValue { .members(["keys": keys, "threshold": threshold]) }
    }

    /// By role; the others stay as they are.
    ///
    /// Without any, the root only expires later.
    package var roles: [String: Keys]
    /// By team, the keys that must sign its layer; without keys the team need not sign any more.
    package var content: [String: Keys]

    package init(roles: [String: Keys] = [:], content: [String: Keys] = [:]) {
        self.roles = roles
        self.content = content
    }

    package init(json: JSONValue) throws(JSONError) {
        roles = try json.optional("roles") ?? [:]
        content = try json.optional("content") ?? [:]
    }

    package var json: JSONValue { .members(["roles": roles, "content": content]) }
}

/// Brings signatures of the draft.
package struct TrustSignatures: Hashable, Sendable, JSONRepresentable {
    /// The signed draft: `{signed, signatures}`.
    package var file: JSONValue

    package init(file: JSONValue) {
        self.file = file
    }

    package init(json: JSONValue) throws(JSONError) {
        file = try json.required("file")
    }

    package var json: JSONValue { .members(["file": file]) }
}
