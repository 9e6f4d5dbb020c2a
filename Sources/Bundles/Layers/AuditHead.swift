package import JSON

/// The latest entry of the hub's audit log, by number and hash.
///
/// It goes out with signed metadata and comes back in reports: entries that are cut off at the end are missed by whoever has
/// heard of them.
package struct AuditHead: Hashable, Sendable, JSONRepresentable {
    package let sequence: Int64
    package let hash: Digest

    package init(sequence: Int64, hash: Digest) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Reads `{sequence, hash}`.
    ///
    /// - Throws: `JSONError` naming the member that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        sequence = try json.required("sequence")
        hash = try json.required("hash")
    }

    package var json: JSONValue { ["sequence": .integer(sequence), "hash": hash.json] }
}
