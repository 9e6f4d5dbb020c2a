import Bundles
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Values

/// Who did what: the audit log, and whether it is whole.
struct AuditRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.audit, .readAudit, use: list)
        routes.get(.auditVerification, .verifyAudit, use: verify)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 100)
        var filter = AuditFilter(actor: request.query("actor"), object: request.query("object"))
        if let text = request.query("since") {
            guard let since = UnixTime(rfc3339: text) else {
                throw Problem(.badRequest, detail: "The query item 'since' is no time of RFC 3339: '\(text)'.")
            }
            filter.since = since
        }
        let records = try await store.auditRecords(filter, before: try request.number("before"), limit: limit)
        let next = records.count == limit ? records.last.map { String($0.sequence) } : nil
        return Response(HubAPI.Page(items: records.map(AuditEvent.init), next: next))
    }

    private func verify(_ request: Request, _ context: HubContext) async throws -> Response {
        var head: AuditHead?
        if let after = try request.number("after"), after > 0 {
            guard let hash = request.query("hash").flatMap({ Digest($0) }) else {
                throw Problem(.badRequest, detail: "With 'after' comes 'hash', as the step before answered them.")
            }
            head = AuditHead(sequence: after, hash: hash)
        }
        return Response(AuditCheck(try await store.verifyAudit(after: head)))
    }
}

extension AuditEvent {
    init(_ record: AuditRecord) {
        self.init(
            sequence: record.sequence,
            time: record.at.rfc3339,
            actorKind: record.actorKind,
            actor: record.actor,
            address: record.address,
            action: record.action,
            object: record.object,
            detail: record.detail,
            outcome: record.outcome,
            before: record.before?.hex,
            after: record.after?.hex,
            hash: record.hash.hex
        )
    }
}

extension AuditCheck {
    init(_ verification: AuditVerification) {
        self.init(
            verified: verification.verified,
            sequence: verification.head?.sequence ?? 0,
            hash: verification.head?.hash.hex,
            isComplete: verification.isComplete,
            brokenAt: verification.fault?.sequence,
            message: verification.fault?.message
        )
    }
}
