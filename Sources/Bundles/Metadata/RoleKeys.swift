package import JSON

/// Who may sign for a role, and how many of them must.
package struct RoleKeys: Hashable, Sendable, JSONRepresentable {
    package let keyIDs: [String]
    package let threshold: Int

    package init(keyIDs: [String], threshold: Int) {
        self.keyIDs = keyIDs
        self.threshold = threshold
    }

    /// Reads `{keyids, threshold}`.
    ///
    /// Whether the threshold can be reached at all depends on the keys, see `RootMetadata`.
    ///
    /// - Throws: `JSONError` for a threshold below one, or a key named twice.
    package init(json: JSONValue) throws(JSONError) {
        keyIDs = try json.required("keyids")
        threshold = try json.required("threshold")
        guard Set(keyIDs).count == keyIDs.count else {
            throw JSONError("a key is named twice", at: JSONPointer(["keyids"]))
        }
        guard threshold >= 1 else { throw JSONError("is below 1", at: JSONPointer(["threshold"])) }
    }

    package var json: JSONValue {
        ["keyids": keyIDs.sorted().json, "threshold": threshold.json]
    }
}
