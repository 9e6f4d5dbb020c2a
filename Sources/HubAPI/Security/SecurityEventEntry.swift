package import JSON

/// Something that somebody responsible for security should see.
package struct SecurityEventEntry: Hashable, Sendable {
    /// A stable word, such as `clone-suspected`.
    package var kind: String
    /// The name of the cluster, the account or the token that it is about.
    package var subject: String
    /// Where the request came from; `nil` when nobody asked over the network.
    package var address: String?
    package var detail: String
    /// When it happened first and last, RFC 3339 in UTC; equal events of one hour are one.
    package var firstAt: String
    package var lastAt: String
    package var times: Int64

    package init(
        kind: String,
        subject: String,
        address: String?,
        detail: String,
        firstAt: String,
        lastAt: String,
        times: Int64
    ) {
        self.kind = kind
        self.subject = subject
        self.address = address
        self.detail = detail
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.times = times
    }
}

extension SecurityEventEntry: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        kind = try json.required("kind")
        subject = try json.required("subject")
        address = try json.optional("address")
        detail = try json.required("detail")
        firstAt = try json.required("firstAt")
        lastAt = try json.required("lastAt")
        times = try json.optional("times") ?? 1
    }

    package var json: JSONValue {
        .members([
            "kind": kind, "subject": subject, "address": address, "detail": detail, "firstAt": firstAt,
            "lastAt": lastAt, "times": times,
        ])
    }
}
