package import JSON

/// Which snapshot is the newest (TUF specification 1.0, section 4.6); short-lived, so that withholding news is noticed.
package struct TimestampMetadata: RoleMetadata {
    package static let role = MetadataRole.timestamp

    package let version: Int64
    package let expires: Int64
    package let snapshot: MetadataFile
    /// The cluster that it was made for; `nil` in metadata of another product.
    package let cluster: ClusterBinding?
    /// The latest entry of the hub's audit log when it was signed; `nil` in metadata of another product.
    package let audit: AuditHead?

    package init(
        version: Int64,
        expires: Int64,
        snapshot: MetadataFile,
        cluster: ClusterBinding?,
        audit: AuditHead? = nil
    ) {
        self.version = version
        self.expires = expires
        self.snapshot = snapshot
        self.cluster = cluster
        self.audit = audit
    }

    /// Reads the signed part of `timestamp.json`.
    ///
    /// - Throws: `JSONError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        (version, expires) = try MetadataHeader.read(.timestamp, json)
        let files = try json.required("meta", as: [String: MetadataFile].self)
        guard let snapshot = files["snapshot.json"], files.count == 1 else {
            throw JSONError("snapshot.json alone is expected", at: JSONPointer(["meta"]))
        }
        self.snapshot = snapshot
        cluster = ClusterBinding(custom: json)
        do throws(JSONError) { audit = try json["custom"]?.optional("audit") } catch { throw error.inside("custom") }
    }

    package var json: JSONValue {
        var custom = cluster?.json
        if let audit { custom = (custom ?? .object([:])).merging(["audit": audit.json]) }
        return MetadataHeader.write(
            .timestamp,
            version: version,
            expires: expires,
            custom: custom,
            ["meta": ["snapshot.json": snapshot.json]]
        )
    }
}
