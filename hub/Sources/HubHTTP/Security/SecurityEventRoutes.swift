import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Values

/// What somebody responsible for security should see, the newest first.
struct SecurityEventRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.securityEvents, .readSecurityEvents, use: list)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 100)
        var clusterID: String?
        if let name = request.query("cluster") { clusterID = try await store.cluster(named: name).id }
        let events = try await store.securityEvents(clusterID: clusterID, limit: limit)
        return Response(HubAPI.Page(items: events.map(SecurityEventEntry.init), next: nil))
    }
}

extension SecurityEventEntry {
    init(_ stored: StoredSecurityEvent) {
        self.init(
            kind: stored.event.kind.rawValue,
            subject: stored.event.subject,
            address: stored.event.address,
            detail: stored.event.detail,
            firstAt: stored.firstAt.rfc3339,
            lastAt: stored.lastAt.rfc3339,
            times: stored.times
        )
    }
}
