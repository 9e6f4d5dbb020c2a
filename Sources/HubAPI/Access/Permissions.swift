package import JSON

/// What somebody may do: what a console greys out, and `otomi permissions` prints.
package struct Permissions: Hashable, Sendable {
    /// One of their roles.
    package struct Role: Hashable, Sendable {
        package var name: String
        /// `nil` for a role on the platform.
        package var team: String?

        package init(name: String, team: String?) {
            self.name = name
            self.team = team
        }
    }

    /// What they may do to one team's documents of one kind.
    package struct Documents: Hashable, Sendable {
        package var team: String
        package var kind: String
        package var mayCreateAndDelete: Bool
        /// Every field by its name: whether it may be changed.
        package var fields: [String: Bool]
        /// The self-service flags that would open fields that are closed.
        package var flags: [String: String]

        package init(
            team: String,
            kind: String,
            mayCreateAndDelete: Bool,
            fields: [String: Bool],
            flags: [String: String]
        ) {
            self.team = team
            self.kind = kind
            self.mayCreateAndDelete = mayCreateAndDelete
            self.fields = fields
            self.flags = flags
        }
    }

    package var name: String
    package var roles: [Role]
    /// Every action by its name: `allowed`, `part`, `ownTeam` or `refused`.
    package var actions: [String: String]
    /// For those who may change their teams' documents only; empty for everybody else.
    package var documents: [Documents]

    package init(name: String, roles: [Role], actions: [String: String], documents: [Documents]) {
        self.name = name
        self.roles = roles
        self.actions = actions
        self.documents = documents
    }
}

extension Permissions: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        roles = try json.required("roles")
        actions = try json.required("actions")
        documents = try json.required("documents")
    }

    package var json: JSONValue {
        .members(["name": name, "roles": roles, "actions": actions, "documents": documents])
    }
}

extension Permissions.Role: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        team = try json.optional("team")
    }

    package var json: JSONValue { .members(["name": name, "team": team]) }
}

extension Permissions.Documents: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        team = try json.required("team")
        kind = try json.required("kind")
        mayCreateAndDelete = try json.required("mayCreateAndDelete")
        fields = try json.required("fields")
        flags = try json.required("flags")
    }

    package var json: JSONValue {
        .members([
            "team": team, "kind": kind, "mayCreateAndDelete": mayCreateAndDelete, "fields": fields, "flags": flags,
        ])
    }
}
