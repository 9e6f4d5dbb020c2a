package import JSON

/// One event that a webhook gets, got or never got.
package struct DeliveryEntry: Hashable, Sendable {
    package var id: Int64
    /// What the receiver tells repetitions by: the header `webhook-id`.
    package var messageID: String
    package var kind: String
    /// `pending`, `delivered` or `dead`.
    package var state: String
    package var attempts: Int
    package var createdAt: String
    package var lastAttempt: String?
    /// RFC 3339; only while it is pending.
    package var nextAttempt: String?
    /// The status of the last answer.
    package var status: Int?
    package var milliseconds: Int64?
    package var error: String?
    /// The beginning of the last answer.
    package var response: String?

    package init(
        id: Int64,
        messageID: String,
        kind: String,
        state: String,
        attempts: Int,
        createdAt: String,
        lastAttempt: String? = nil,
        nextAttempt: String? = nil,
        status: Int? = nil,
        milliseconds: Int64? = nil,
        error: String? = nil,
        response: String? = nil
    ) {
        self.id = id
        self.messageID = messageID
        self.kind = kind
        self.state = state
        self.attempts = attempts
        self.createdAt = createdAt
        self.lastAttempt = lastAttempt
        self.nextAttempt = nextAttempt
        self.status = status
        self.milliseconds = milliseconds
        self.error = error
        self.response = response
    }
}

extension DeliveryEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        id = try json.required("id")
        messageID = try json.required("messageId")
        kind = try json.required("kind")
        state = try json.required("state")
        attempts = try json.required("attempts")
        createdAt = try json.required("createdAt")
        lastAttempt = try json.optional("lastAttempt")
        nextAttempt = try json.optional("nextAttempt")
        status = try json.optional("status")
        milliseconds = try json.optional("durationMs")
        error = try json.optional("error")
        response = try json.optional("response")
    }

    package var json: JSONValue {
        .members([
            "id": id, "messageId": messageID, "kind": kind, "state": state, "attempts": attempts,
            "createdAt": createdAt, "lastAttempt": lastAttempt, "nextAttempt": nextAttempt, "status": status,
            "durationMs": milliseconds, "error": error, "response": response,
        ])
    }
}
