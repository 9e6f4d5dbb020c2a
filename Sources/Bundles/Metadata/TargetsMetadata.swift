package import JSON

/// The files that one cluster should have (TUF specification 1.0, section 4.5).
package struct TargetsMetadata: RoleMetadata {
    package static let role = MetadataRole.targets

    package let version: Int64
    package let expires: Int64
    package let targets: [String: TargetFile]
    /// What the specification leaves to the product; a bundle's description, see `Bundle`.
    package let custom: JSONValue?

    package init(version: Int64, expires: Int64, targets: [String: TargetFile], custom: JSONValue?) {
        self.version = version
        self.expires = expires
        self.targets = targets
        self.custom = custom
    }

    /// Reads the signed part of `targets.json`.
    ///
    /// - Throws: `JSONError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        (version, expires) = try MetadataHeader.read(.targets, json)
        targets = try json.required("targets")
        custom = try json.optional("custom")
    }

    package var json: JSONValue {
        MetadataHeader.write(
            .targets,
            version: version,
            expires: expires,
            custom: custom,
            ["targets": targets.json]
        )
    }
}
