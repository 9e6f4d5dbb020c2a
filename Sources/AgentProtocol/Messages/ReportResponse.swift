package import JSON

/// The hub's answer to a report, or to the states of objects.
package struct ReportResponse: Hashable, Sendable, JSONRepresentable {
    /// Whether it was newer than what the hub had.
    package let accepted: Bool
    /// The hub does not have the report that this one was based on: it wants a whole one.
    package let needsFull: Bool
    /// The numbers of the buckets whose objects the hub does not know as they are, at most
    /// `ObjectsReport.maximumBuckets`.
    package let buckets: [Int]
    /// The hub wants the agent to replace its keys now.
    package let rotateKeys: Bool

    package init(accepted: Bool, needsFull: Bool = false, buckets: [Int] = [], rotateKeys: Bool = false) {
        self.accepted = accepted
        self.needsFull = needsFull
        self.rotateKeys = rotateKeys
        self.buckets = Array(buckets.prefix(ObjectsReport.maximumBuckets))
    }

    /// Reads the JSON form; a hub that knows nothing of deltas and buckets says only whether it took the report.
    ///
    /// - Throws: `JSONError` when that is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            accepted: try json.required("accepted"),
            needsFull: try json.optional("needsFull") ?? false,
            buckets: try json.optional("buckets") ?? [],
            rotateKeys: try json.optional("rotateKeys") ?? false
        )
    }

    package var json: JSONValue {
        .members([
            "accepted": accepted,
            "needsFull": needsFull ? true : nil,
            "buckets": buckets.isEmpty ? nil : buckets,
            "rotateKeys": rotateKeys ? true : nil,
        ])
    }
}
