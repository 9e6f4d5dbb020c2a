package import JSON

/// Where the values are mirrored to, and how that fares.
package struct GitMirrorStatus: Hashable, Sendable {
    package var url: String
    package var branch: String
    /// `both`, or `mirror` when pushes are not taken in.
    package var direction: String
    package var username: String?
    /// What the hub signs in with: `none`, `password` or `key`; never the secret itself.
    package var credential: String
    package var knownHosts: String?
    package var certificateAuthorities: String?
    package var emailPattern: String
    /// `pending`, `current`, `failing` or `halted`.
    package var state: String
    /// Why it is in that state, and what to do; `nil` when all is well.
    package var reason: String?
    /// Since when, RFC 3339 in UTC.
    package var since: String
    /// The values of this revision are on the branch.
    package var revision: Int64
    /// The hub's newest revision.
    package var latestRevision: Int64
    /// The newest commit of the branch that is accounted for.
    package var commit: String?
    /// When the branch was last looked at with success.
    package var checkedAt: String?
    /// When somebody last asked to have it looked at.
    package var askedAt: String?
    package var changedAt: String
    package var changedBy: String

    package init(
        url: String,
        branch: String,
        direction: String,
        username: String? = nil,
        credential: String = "none",
        knownHosts: String? = nil,
        certificateAuthorities: String? = nil,
        emailPattern: String = "{name}@otomi.invalid",
        state: String,
        reason: String? = nil,
        since: String,
        revision: Int64,
        latestRevision: Int64,
        commit: String? = nil,
        checkedAt: String? = nil,
        askedAt: String? = nil,
        changedAt: String,
        changedBy: String
    ) {
        self.url = url
        self.branch = branch
        self.direction = direction
        self.username = username
        self.credential = credential
        self.knownHosts = knownHosts
        self.certificateAuthorities = certificateAuthorities
        self.emailPattern = emailPattern
        self.state = state
        self.reason = reason
        self.since = since
        self.revision = revision
        self.latestRevision = latestRevision
        self.commit = commit
        self.checkedAt = checkedAt
        self.askedAt = askedAt
        self.changedAt = changedAt
        self.changedBy = changedBy
    }
}

extension GitMirrorStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        url = try json.required("url")
        branch = try json.required("branch")
        direction = try json.required("direction")
        username = try json.optional("username")
        credential = try json.optional("credential") ?? "none"
        knownHosts = try json.optional("knownHosts")
        certificateAuthorities = try json.optional("certificateAuthorities")
        emailPattern = try json.optional("emailPattern") ?? ""
        state = try json.required("state")
        reason = try json.optional("reason")
        since = try json.required("since")
        revision = try json.required("revision")
        latestRevision = try json.required("latestRevision")
        commit = try json.optional("commit")
        checkedAt = try json.optional("checkedAt")
        askedAt = try json.optional("askedAt")
        changedAt = try json.required("changedAt")
        changedBy = try json.required("changedBy")
    }

    package var json: JSONValue {
        .members([
            "url": url, "branch": branch, "direction": direction, "username": username, "credential": credential,
            "knownHosts": knownHosts, "certificateAuthorities": certificateAuthorities, "emailPattern": emailPattern,
            "state": state, "reason": reason, "since": since, "revision": revision, "latestRevision": latestRevision,
            "commit": commit, "checkedAt": checkedAt, "askedAt": askedAt, "changedAt": changedAt,
            "changedBy": changedBy,
        ])
    }
}
