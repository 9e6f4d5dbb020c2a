package import JSON

/// Decides about one cluster that is ahead.
package struct RecoveryDecision: Hashable, Sendable, JSONRepresentable {
    /// `accept` or `dismiss`.
    package var decision: String

    package init(decision: String) {
        self.decision = decision
    }

    package init(json: JSONValue) throws(JSONError) {
        decision = try json.required("decision")
    }

    package var json: JSONValue { ["decision": .string(decision)] }
}

/// Says that the database was restored, where the hub does not find it out by itself.
package struct RecoveryBeginning: Hashable, Sendable, JSONRepresentable {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package init(json: JSONValue) throws(JSONError) {
        reason = try json.required("reason")
    }

    package var json: JSONValue { ["reason": .string(reason)] }
}

/// A root of trust that the fleet has and the database lost.
package struct LostRoot: Hashable, Sendable, JSONRepresentable {
    /// The signed file.
    package var file: JSONValue

    package init(file: JSONValue) {
        self.file = file
    }

    package init(json: JSONValue) throws(JSONError) {
        file = try json.required("file")
    }

    package var json: JSONValue { ["file": file] }
}

/// What became of the end of a recovery.
package struct RecoveryResult: Hashable, Sendable, JSONRepresentable {
    /// The clusters to which is issued again.
    package var released: [String]
    /// The clusters that wait for a word of their own.
    package var waiting: [String]
    /// The revision that marks the lost ones in the history.
    package var marker: Int64?

    package init(released: [String], waiting: [String], marker: Int64? = nil) {
        self.released = released
        self.waiting = waiting
        self.marker = marker
    }

    package init(json: JSONValue) throws(JSONError) {
        released = try json.required("released")
        waiting = try json.required("waiting")
        marker = try json.optional("marker")
    }

    package var json: JSONValue { .members(["released": released, "waiting": waiting, "marker": marker]) }
}
