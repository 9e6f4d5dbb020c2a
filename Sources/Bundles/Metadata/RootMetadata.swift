package import JSON

/// The keys that a fleet trusts (TUF specification 1.0, section 4.3).
package struct RootMetadata: RoleMetadata {
    package static let role = MetadataRole.root

    package let version: Int64
    package let expires: Int64
    /// Whether metadata files carry their version in their name; ours always do.
    package let consistentSnapshot: Bool
    /// Every key, by the id under which roles and signatures name it.
    package let keys: [String: MetadataKey]
    package let roles: [MetadataRole: RoleKeys]
    /// The teams whose layers count only with the team's own signature (`custom.contentKeys`).
    package let contentKeys: [String: ContentKeys]

    /// Describes trust in `signers`, each role with its keys and its threshold.
    package init(version: Int64, expires: Int64, signers: [MetadataRole: (keys: [PublicKey], threshold: Int)]) {
        self.version = version
        self.expires = expires
        consistentSnapshot = true
        var keys: [String: MetadataKey] = [:]
        for key in signers.values.flatMap(\.keys) { keys[key.keyID] = key.metadataKey }
        self.keys = keys
        contentKeys = [:]
        roles = signers.mapValues { RoleKeys(keyIDs: $0.keys.map(\.keyID).sorted(), threshold: $0.threshold) }
    }

    /// Reads the signed part of `root.json`.
    ///
    /// - Throws: `JSONError` for a missing role, a role that names an unknown key, a threshold that its distinct keys
    ///   cannot reach, or the same key listed under two ids in one role.
    package init(json: JSONValue) throws(JSONError) {
        try self.init(json: json, thresholdsMustBeReachable: true)
    }

    /// Reads the signed part of `root.json`, with or without a look at whether every role can be signed for.
    ///
    /// The specification takes a root with a role that nobody can sign for: the role's metadata is what is refused then.
    ///
    /// - Throws: `JSONError` as above.
    init(json: JSONValue, thresholdsMustBeReachable: Bool) throws(JSONError) {
        (version, expires) = try MetadataHeader.read(.root, json)
        consistentSnapshot = try json.optional("consistent_snapshot") ?? false
        keys = try json.required("keys")
        contentKeys = try Self.contentKeys(json)
        let listed = try json.required("roles", as: [String: RoleKeys].self)
        var roles: [MetadataRole: RoleKeys] = [:]
        for role in MetadataRole.allCases {
            let pointer = JSONPointer(["roles", role.rawValue])
            guard let signers = listed[role.rawValue] else { throw JSONError("is required", at: pointer) }
            if thresholdsMustBeReachable { try Self.check(signers, keys, at: pointer) }
            roles[role] = signers
        }
        self.roles = roles
    }

    /// Another product's `custom` may be anything; what ours says must be understood.
    private static func contentKeys(_ json: JSONValue) throws(JSONError) -> [String: ContentKeys] {
        guard let custom = json["custom"], custom.objectValue != nil else { return [:] }
        do throws(JSONError) { return try custom.optional("contentKeys") ?? [:] } catch {
            throw error.inside("custom")
        }
    }

    private static func check(
        _ signers: RoleKeys,
        _ keys: [String: MetadataKey],
        at pointer: JSONPointer
    ) throws(JSONError) {
        var distinct: Set<MetadataKey> = []
        for id in signers.keyIDs {
            guard let key = keys[id] else { throw JSONError("the key \(id) is not listed in 'keys'", at: pointer) }
            distinct.insert(key)
        }
        guard signers.threshold <= distinct.count else {
            throw JSONError("a threshold from 1 to the number of distinct keys is expected", at: pointer)
        }
    }

    package var json: JSONValue {
        var listed: [String: JSONValue] = [:]
        for (role, signers) in roles { listed[role.rawValue] = signers.json }
        return MetadataHeader.write(
            .root,
            version: version,
            expires: expires,
            custom: contentKeys.isEmpty ? nil : ["contentKeys": contentKeys.json],
            [
                "consistent_snapshot": .bool(consistentSnapshot),
                "keys": keys.json,
                "roles": .object(listed),
            ]
        )
    }

    /// The keys of `role` with the ids they are named by.
    package func signers(of role: MetadataRole) -> [String: MetadataKey] {
        var signers: [String: MetadataKey] = [:]
        for id in roles[role]?.keyIDs ?? [] { signers[id] = keys[id] }
        return signers
    }

    /// How many distinct keys must sign for `role`.
    package func threshold(of role: MetadataRole) -> Int { roles[role]?.threshold ?? .max }
}

extension RootMetadata {
    /// The next version with the same keys, which expires at `expires` seconds.
    package func renewed(expires: Int64) -> RootMetadata {
        RootMetadata(version: version + 1, expires: expires, of: self)
    }

    private init(version: Int64, expires: Int64, of other: RootMetadata) {
        self.version = version
        self.expires = expires
        consistentSnapshot = true
        keys = other.keys
        roles = other.roles
        contentKeys = other.contentKeys
    }
}
