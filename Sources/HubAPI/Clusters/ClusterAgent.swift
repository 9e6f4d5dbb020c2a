package import JSON

/// Who speaks for a cluster, and who would like to.
package struct ClusterAgent: Hashable, Sendable {
    /// An agent that waits for an operator's word.
    package struct Candidate: Hashable, Sendable {
        /// `enrolment` of a new agent, or `renewal` of one whose key has grown too old.
        package var kind: String
        /// The id of its key; the agent's log says the same.
        package var fingerprint: String
        package var address: String
        /// Since when it waits, RFC 3339 in UTC.
        package var since: String
        package var isRejected: Bool

        package init(kind: String, fingerprint: String, address: String, since: String, isRejected: Bool) {
            self.kind = kind
            self.fingerprint = fingerprint
            self.address = address
            self.since = since
            self.isRejected = isRejected
        }
    }

    /// The id of the agent's key; `nil` while none has enrolled.
    package var fingerprint: String?
    /// Since when it has its keys, RFC 3339 in UTC.
    package var keysSince: String?
    package var isRotationAsked: Bool
    package var candidate: Candidate?
    /// That two agents speak with one identity: which boots, from where; `nil` when one does.
    package var clone: String?
    /// Since when it is shut out until an operator decides, RFC 3339 in UTC.
    package var quarantinedSince: String?

    package init(
        fingerprint: String? = nil,
        keysSince: String? = nil,
        isRotationAsked: Bool = false,
        candidate: Candidate? = nil,
        clone: String? = nil,
        quarantinedSince: String? = nil
    ) {
        self.fingerprint = fingerprint
        self.keysSince = keysSince
        self.isRotationAsked = isRotationAsked
        self.candidate = candidate
        self.clone = clone
        self.quarantinedSince = quarantinedSince
    }
}

extension ClusterAgent: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        fingerprint = try json.optional("fingerprint")
        keysSince = try json.optional("keysSince")
        isRotationAsked = try json.optional("rotationAsked") ?? false
        candidate = try json.optional("candidate")
        clone = try json.optional("clone")
        quarantinedSince = try json.optional("quarantinedSince")
    }

    package var json: JSONValue {
        .members([
            "fingerprint": fingerprint, "keysSince": keysSince, "rotationAsked": isRotationAsked,
            "candidate": candidate, "clone": clone, "quarantinedSince": quarantinedSince,
        ])
    }
}

extension ClusterAgent.Candidate: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        kind = try json.required("kind")
        fingerprint = try json.required("fingerprint")
        address = try json.optional("address") ?? ""
        since = try json.required("since")
        isRejected = try json.optional("rejected") ?? false
    }

    package var json: JSONValue {
        .members([
            "kind": kind, "fingerprint": fingerprint, "address": address, "since": since, "rejected": isRejected,
        ])
    }
}

/// Lets the agent in that waits with this key, or, without one, ends a quarantine.
package struct ClusterApproval: Hashable, Sendable, JSONRepresentable {
    package var fingerprint: String?

    package init(fingerprint: String?) {
        self.fingerprint = fingerprint
    }

    package init(json: JSONValue) throws(JSONError) {
        fingerprint = try json.optional("fingerprint")
    }

    package var json: JSONValue { .members(["fingerprint": fingerprint]) }
}
