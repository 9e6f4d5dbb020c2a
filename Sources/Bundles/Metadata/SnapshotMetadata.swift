package import JSON

/// Which version of every targets file belongs together (TUF specification 1.0, section 4.4).
package struct SnapshotMetadata: RoleMetadata {
    package static let role = MetadataRole.snapshot

    package let version: Int64
    package let expires: Int64
    /// The files by name; `targets.json` is always among them, the others are delegated roles.
    package let files: [String: MetadataFile]
    /// `targets.json`.
    package let targets: MetadataFile
    /// The cluster that it was made for; `nil` in metadata of another product.
    package let cluster: ClusterBinding?

    /// Lists `targets.json` and the files of the `delegated` roles, by the names of the roles.
    ///
    /// A file that was listed once must stay listed: clients take its absence for a rollback.
    package init(
        version: Int64,
        expires: Int64,
        targets: MetadataFile,
        delegated: [String: MetadataFile] = [:],
        cluster: ClusterBinding?
    ) {
        self.version = version
        self.expires = expires
        self.targets = targets
        self.cluster = cluster
        var files = [MetadataRole.targets.fileName: targets]
        for (role, file) in delegated { files["\(role).json"] = file }
        self.files = files
    }

    /// Reads the signed part of `snapshot.json`.
    ///
    /// - Throws: `JSONError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        (version, expires) = try MetadataHeader.read(.snapshot, json)
        files = try json.required("meta")
        guard let targets = files["targets.json"] else {
            throw JSONError("is required", at: JSONPointer(["meta", "targets.json"]))
        }
        self.targets = targets
        cluster = ClusterBinding(custom: json)
    }

    package var json: JSONValue {
        MetadataHeader.write(
            .snapshot,
            version: version,
            expires: expires,
            custom: cluster?.json,
            ["meta": files.json]
        )
    }
}
