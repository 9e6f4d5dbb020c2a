package import JSON

/// The next root of trust, while it waits for signatures.
package struct TrustDraft: Hashable, Sendable {
    package var version: Int64
    /// Who drafted it.
    package var author: String
    /// RFC 3339 in UTC.
    package var createdAt: String
    /// What it changes, one line for each difference.
    package var changes: [String]
    /// Who has signed, of the keys of the root it follows and of its own.
    package var approvals: [TrustApproval]
    /// The file with the signatures that are there.
    package var file: JSONValue

    package init(
        version: Int64,
        author: String,
        createdAt: String,
        changes: [String],
        approvals: [TrustApproval],
        file: JSONValue
    ) {
        self.version = version
        self.author = author
        self.createdAt = createdAt
        self.changes = changes
        self.approvals = approvals
        self.file = file
    }
}

extension TrustDraft: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        version = try json.required("version")
        author = try json.optional("author") ?? ""
        createdAt = try json.optional("createdAt") ?? ""
        changes = try json.optional("changes") ?? []
        approvals = try json.optional("approvals") ?? []
        file = try json.required("file")
    }

    package var json: JSONValue {
        .members([
            "version": version, "author": author, "createdAt": createdAt, "changes": changes, "approvals": approvals,
            "file": file,
        ])
    }
}

/// How far the holders of one root's keys have signed the next.
package struct TrustApproval: Hashable, Sendable, JSONRepresentable {
    /// The version of the root whose keys these are.
    package var root: Int64
    package var threshold: Int
    package var signed: [String]
    package var waiting: [String]

    package init(root: Int64, threshold: Int, signed: [String], waiting: [String]) {
        self.root = root
        self.threshold = threshold
        self.signed = signed
        self.waiting = waiting
    }

    package init(json: JSONValue) throws(JSONError) {
        root = try json.required("root")
        threshold = try json.required("threshold")
        signed = try json.required("signed")
        waiting = try json.required("waiting")
    }

    package var json: JSONValue {
        .members(["root": root, "threshold": threshold, "signed": signed, "waiting": waiting])
    }
}
