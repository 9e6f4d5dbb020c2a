package import JSON

/// What one step of a walk along the audit log found.
package struct AuditCheck: Hashable, Sendable {
    /// How many entries this step found right.
    package var verified: Int
    /// The last one of them, and its hash: where the next step begins.
    package var sequence: Int64
    package var hash: String?
    /// Whether the end of the log was reached.
    package var isComplete: Bool
    /// The first entry that is wrong; `nil` when none is.
    package var brokenAt: Int64?
    /// What is wrong with it.
    package var message: String?

    package init(
        verified: Int,
        sequence: Int64,
        hash: String?,
        isComplete: Bool,
        brokenAt: Int64? = nil,
        message: String? = nil
    ) {
        self.verified = verified
        self.sequence = sequence
        self.hash = hash
        self.isComplete = isComplete
        self.brokenAt = brokenAt
        self.message = message
    }
}

extension AuditCheck: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        verified = try json.required("verified")
        sequence = try json.required("sequence")
        hash = try json.optional("hash")
        isComplete = try json.required("isComplete")
        brokenAt = try json.optional("brokenAt")
        message = try json.optional("message")
    }

    package var json: JSONValue {
        .members([
            "verified": verified, "sequence": sequence, "hash": hash, "isComplete": isComplete, "brokenAt": brokenAt,
            "message": message,
        ])
    }
}
