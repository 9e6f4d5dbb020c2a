package import JSON

/// Why an agent applies nothing at the moment although it could.
package struct HoldReport: Hashable, Sendable, JSONRepresentable {
    /// Who asked for it.
    package enum Origin: String, Hashable, Sendable, CaseIterable {
        /// An annotation on the cluster.
        case cluster
        /// An operator, through the hub.
        case hub
        /// Said by a newer agent than this hub knows.
        case unknown
    }

    package let origin: Origin
    /// What the person wrote, cut to a bound.
    package let reason: String

    package init(origin: Origin, reason: String) {
        self.origin = origin
        self.reason = Report.bounded(reason)
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            origin: try Origin(rawValue: json.required("origin")) ?? .unknown,
            reason: try json.required("reason")
        )
    }

    package var json: JSONValue { ["origin": .string(origin.rawValue), "reason": .string(reason)] }
}
