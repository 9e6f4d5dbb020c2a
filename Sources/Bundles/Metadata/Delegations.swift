package import JSON

/// Which other roles a targets role trusts, and with which files (TUF specification 1.0, section 4.5).
package struct Delegations: Hashable, Sendable, JSONRepresentable {
    /// Every key, by the id under which roles and signatures name it.
    package let keys: [String: MetadataKey]
    /// In the order in which they are asked for a file.
    package let roles: [DelegatedRole]

    /// Describes trust in `roles`, each with its keys.
    package init(_ roles: [(role: DelegatedRole, keys: [PublicKey])]) {
        var keys: [String: MetadataKey] = [:]
        for key in roles.flatMap(\.keys) { keys[key.keyID] = key.metadataKey }
        self.keys = keys
        self.roles = roles.map(\.role)
    }

    /// Reads `{keys, roles}`.
    ///
    /// Another form of delegation, as by succinct roles, delegates nothing to this client.
    ///
    /// - Throws: `JSONError` for a role listed twice or without its fields.
    package init(json: JSONValue) throws(JSONError) {
        keys = try json.required("keys")
        roles = try json.optional("roles") ?? []
        guard Set(roles.map(\.name)).count == roles.count else {
            throw JSONError("a role is listed twice", at: JSONPointer(["roles"]))
        }
    }

    package var json: JSONValue { ["keys": keys.json, "roles": roles.json] }

    /// The keys of `role` with the ids they are named by; a key that is not listed counts for nothing.
    package func signers(of role: DelegatedRole) -> [String: MetadataKey] {
        var signers: [String: MetadataKey] = [:]
        for id in role.signers.keyIDs { signers[id] = keys[id] }
        return signers
    }

    /// The role called `name`; `nil` when it is not delegated to here.
    package subscript(name: String) -> DelegatedRole? { roles.first { $0.name == name } }
}

/// A role that a targets role delegates to: who signs for it, and for which files its word counts.
package struct DelegatedRole: Hashable, Sendable, JSONRepresentable {
    /// The files that are delegated.
    package enum Scope: Hashable, Sendable {
        /// Files whose path one of the patterns covers; `*`, `?` and `[…]` do not reach over a separator.
        case patterns([String])
        /// Files whose path has a SHA-256 that begins with one of these hexadecimal digits.
        case hashPrefixes([String])
    }

    /// Names its file: `team-a` is published as `N.team-a.json`, and listed in the snapshot as `team-a.json`.
    package let name: String
    package let signers: RoleKeys
    package let scope: Scope
    /// Whether no later role is asked for a file in its scope, even when it does not have it.
    package let isTerminating: Bool

    package init(name: String, signers: RoleKeys, scope: Scope, isTerminating: Bool) {
        self.name = name
        self.signers = signers
        self.scope = scope
        self.isTerminating = isTerminating
    }

    /// Reads `{name, keyids, threshold, terminating, paths | path_hash_prefixes}`.
    ///
    /// - Throws: `JSONError` for a name that is empty or that of a top-level role, or without exactly one kind of scope.
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        guard !name.isEmpty, MetadataRole(rawValue: name) == nil else {
            throw JSONError("is no name of a delegated role", at: JSONPointer(["name"]))
        }
        signers = try RoleKeys(json: json)
        isTerminating = try json.required("terminating")
        let paths = try json.optional("paths", as: [String].self)
        let prefixes = try json.optional("path_hash_prefixes", as: [String].self)
        switch (paths, prefixes) {
        case (let paths?, nil): scope = .patterns(paths)
        case (nil, let prefixes?): scope = .hashPrefixes(prefixes)
        default: throw JSONError("either 'paths' or 'path_hash_prefixes' is expected", at: .root)
        }
    }

    package var json: JSONValue {
        var json = signers.json
        json["name"] = .string(name)
        json["terminating"] = .bool(isTerminating)
        switch scope {
        case .patterns(let paths): json["paths"] = paths.json
        case .hashPrefixes(let prefixes): json["path_hash_prefixes"] = prefixes.json
        }
        return json
    }

    /// The name under which the snapshot lists its file.
    package var fileName: String { "\(name).json" }

    /// Whether the role's word counts for the file at `path`.
    package func isResponsible(for path: String) -> Bool {
        switch scope {
        case .patterns(let patterns): return patterns.contains { PathPattern.covers(path, $0) }
        case .hashPrefixes(let prefixes):
            let hash = Digest(of: Array(path.utf8)).hex
            return prefixes.contains { hash.hasPrefix($0) }
        }
    }
}
