package import JSON

/// How far a restored database is behind its fleet, at one glance.
package struct RecoveryStatus: Hashable, Sendable {
    /// Whether the fleet is in recovery; single clusters may wait all the same.
    package var isOpen: Bool
    /// `memory`, `agents` or `operator`; `nil` outside of a recovery.
    package var cause: String?
    /// What was found, in one sentence.
    package var detail: String?
    /// Since when, RFC 3339 in UTC.
    package var since: String?
    /// The latest revision that the database had when the recovery began.
    package var baseRevision: Int64?
    package var latestRevision: Int64
    /// The last revision that is lost, as far as anybody knows; `nil` when none is, or when they are marked already.
    package var lostRevision: Int64?
    /// The last entry of the audit log that agents have heard of and the database does not have.
    package var lostAudit: Int64?
    /// The newest root that agents trust and the database does not have.
    package var lostRoot: Int64?
    /// How many clusters are `unheard`, `ahead`, `accepted`, `dismissed`.
    package var clusters: [String: Int64]

    package init(
        isOpen: Bool,
        cause: String? = nil,
        detail: String? = nil,
        since: String? = nil,
        baseRevision: Int64? = nil,
        latestRevision: Int64,
        lostRevision: Int64? = nil,
        lostAudit: Int64? = nil,
        lostRoot: Int64? = nil,
        clusters: [String: Int64] = [:]
    ) {
        self.isOpen = isOpen
        self.cause = cause
        self.detail = detail
        self.since = since
        self.baseRevision = baseRevision
        self.latestRevision = latestRevision
        self.lostRevision = lostRevision
        self.lostAudit = lostAudit
        self.lostRoot = lostRoot
        self.clusters = clusters
    }

    /// How many clusters have seen more than the database knows.
    package var ahead: Int64 { clusters["ahead"] ?? 0 }
    /// How many clusters have not spoken since the recovery began.
    package var unheard: Int64 { clusters["unheard"] ?? 0 }
    /// Whether somebody has to do something.
    package var needsPerson: Bool { isOpen || ahead > 0 }
}

extension RecoveryStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        isOpen = try json.required("open")
        cause = try json.optional("cause")
        detail = try json.optional("detail")
        since = try json.optional("since")
        baseRevision = try json.optional("baseRevision")
        latestRevision = try json.required("latestRevision")
        lostRevision = try json.optional("lostRevision")
        lostAudit = try json.optional("lostAudit")
        lostRoot = try json.optional("lostRoot")
        clusters = try json.optional("clusters") ?? [:]
    }

    package var json: JSONValue {
        .members([
            "open": isOpen, "cause": cause, "detail": detail, "since": since, "baseRevision": baseRevision,
            "latestRevision": latestRevision, "lostRevision": lostRevision, "lostAudit": lostAudit,
            "lostRoot": lostRoot, "clusters": clusters,
        ])
    }
}
