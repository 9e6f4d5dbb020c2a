import JSON

extension HubClient {
    /// The latest entries of the audit log that match, newest first, at most `limit`.
    ///
    /// - Throws: `HubClientError`.
    package func auditEvents(_ query: AuditQuery, limit: Int) async throws(HubClientError) -> [AuditEvent] {
        var result: [AuditEvent] = []
        var before: String?
        repeat {
            let path = query.path(before: before, limit: min(limit - result.count, 1_000))
            let page: Page<AuditEvent> = try await get(path, action: "reading the audit log")
            guard !page.items.isEmpty else { break }
            result += page.items
            before = page.next
        } while before != nil && result.count < limit
        return Array(result.prefix(limit))
    }

    /// Has the hub walk along the whole audit log; `count` in the answer is how many entries are right.
    ///
    /// - Throws: `HubClientError`, also when the hub comes no further before the end.
    package func verifyAudit() async throws(HubClientError) -> (count: Int, last: AuditCheck) {
        var count = 0
        var last: AuditCheck?
        while true {
            let path = Route.auditVerification.path(query: [
                ("after", last.map { String($0.sequence) }), ("hash", last?.hash),
            ])
            let step: AuditCheck = try await get(path, action: "verifying the audit log")
            count += step.verified
            if step.isComplete || step.brokenAt != nil { return (count, step) }
            guard step.verified > 0 else {
                throw HubClientError(
                    .unexpected,
                    "the audit log was not verified to its end: the hub came no further than entry \(step.sequence), and "
                        + "what follows may be wrong. Try again, and if it stays so compare with a backup of the database"
                )
            }
            last = step
        }
    }

    /// What the caller may do.
    ///
    /// - Throws: `HubClientError`.
    package func permissions() async throws(HubClientError) -> Permissions {
        try await get(Route.permissions.path(), action: "reading the permissions")
    }
}
