package import Bundles
package import JSON

/// Deletions that an agent holds back until a person has confirmed them.
package struct PendingDeletions: Hashable, Sendable, JSONRepresentable {
    /// The generation at which they were first held back; a confirmation names it.
    package let generation: Int64
    /// How many objects would be deleted.
    package let count: Int
    /// The SHA-256 of the sorted keys of all of them, each followed by a line break; a confirmation names it.
    package let digest: Digest
    /// Why they wait: `more than 50 objects`, `a namespace`.
    package let reason: String
    /// The weightiest of them, at most `Report.maximumEntries`.
    package let objects: [ObjectReport]

    package init(generation: Int64, count: Int, digest: Digest, reason: String, objects: [ObjectReport]) {
        self.generation = generation
        self.count = count
        self.digest = digest
        self.reason = Report.bounded(reason)
        self.objects = Array(objects.prefix(Report.maximumEntries))
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing, or a list beyond its bound.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            generation: try json.required("generation"),
            count: try json.required("count"),
            digest: try json.required("digest"),
            reason: try json.required("reason"),
            objects: try json.required("objects")
        )
    }

    package var json: JSONValue {
        .members(["generation": generation, "count": count, "digest": digest, "reason": reason, "objects": objects])
    }
}
