package import JSON

/// One entry of the audit log.
package struct AuditEvent: Hashable, Sendable {
    package var sequence: Int64
    /// RFC 3339 in UTC.
    package var time: String
    /// `person`, `token`, `agent` or `hub`.
    package var actorKind: String
    package var actor: String
    package var address: String?
    package var action: String
    package var object: String
    package var detail: String?
    /// `done` or `refused`.
    package var outcome: String
    /// SHA-256 of the object before, secrets sealed; `nil` when there was none.
    package var before: String?
    package var after: String?
    package var hash: String

    package init(
        sequence: Int64,
        time: String,
        actorKind: String,
        actor: String,
        address: String? = nil,
        action: String,
        object: String,
        detail: String? = nil,
        outcome: String,
        before: String? = nil,
        after: String? = nil,
        hash: String
    ) {
        self.sequence = sequence
        self.time = time
        self.actorKind = actorKind
        self.actor = actor
        self.address = address
        self.action = action
        self.object = object
        self.detail = detail
        self.outcome = outcome
        self.before = before
        self.after = after
        self.hash = hash
    }
}

extension AuditEvent: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        sequence = try json.required("sequence")
        time = try json.required("time")
        actorKind = try json.required("actorKind")
        actor = try json.required("actor")
        address = try json.optional("address")
        action = try json.required("action")
        object = try json.required("object")
        detail = try json.optional("detail")
        outcome = try json.required("outcome")
        before = try json.optional("before")
        after = try json.optional("after")
        hash = try json.required("hash")
    }

    package var json: JSONValue {
        .members([
            "sequence": sequence, "time": time, "actorKind": actorKind, "actor": actor, "address": address,
            "action": action, "object": object, "detail": detail, "outcome": outcome, "before": before, "after": after,
            "hash": hash,
        ])
    }
}
