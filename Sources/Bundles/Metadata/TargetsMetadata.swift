package import JSON

/// The files that one cluster should have, or those that a delegated role vouches for (TUF specification 1.0, section 4.5).
package struct TargetsMetadata: RoleMetadata {
    package static let role = MetadataRole.targets

    package let version: Int64
    package let expires: Int64
    package let targets: [String: TargetFile]
    package let delegations: Delegations?
    /// What the specification leaves to the product; a bundle's description, see `Bundle`.
    package let custom: JSONValue?

    package init(
        version: Int64,
        expires: Int64,
        targets: [String: TargetFile],
        delegations: Delegations? = nil,
        custom: JSONValue?
    ) {
        self.version = version
        self.expires = expires
        self.targets = targets
        self.delegations = delegations
        self.custom = custom
    }

    /// Reads the signed part of `targets.json`, or of a delegated role's file.
    ///
    /// - Throws: `JSONError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        (version, expires) = try MetadataHeader.read(.targets, json)
        targets = try json.required("targets")
        delegations = try json.optional("delegations")
        custom = try json.optional("custom")
    }

    package var json: JSONValue {
        MetadataHeader.write(
            .targets,
            version: version,
            expires: expires,
            custom: custom,
            .members(["targets": targets, "delegations": delegations])
        )
    }
}
