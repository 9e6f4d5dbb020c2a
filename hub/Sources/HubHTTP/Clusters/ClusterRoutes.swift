import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// The registry of clusters: add, list, show, remove, and new enrolment tokens.
struct ClusterRoutes {
    let store: HubStore
    let blocked: BlockedClusters
    let address: PublicAddress
    let clock: WallClock

    func add(to group: RouterGroup<HubContext>) {
        group.get("\(Route.clusters.rawValue)", use: list)
        group.post("\(Route.clusters.rawValue)", use: create)
        group.get("\(Route.cluster.rawValue)", use: show)
        group.delete("\(Route.cluster.rawValue)", use: remove)
        group.post("\(Route.clusterToken.rawValue)", use: issueToken)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let page = try await store.clusters(after: request.query("after"), limit: limit)
        let now = clock()
        let items = page.items.map { ClusterStatus($0, blocked: blocked($0.id), now: now, isDetailed: false) }
        return Response(HubAPI.Page(items: items, next: page.next))
    }

    private func create(_ request: Request, _ context: HubContext) async throws -> Response {
        let new = try await request.message(HubAPI.NewCluster.self)
        try Self.check(new)
        let (cluster, token) = try await store.addCluster(ClusterToAdd(new))
        context.logger.notice("cluster added", metadata: ["cluster": "\(cluster.name)"])
        return Response(enrolment(cluster, token, request), status: .created)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.cluster(named: try context.parameters.require("name"))
        return Response(ClusterStatus(cluster, blocked: blocked(cluster.id), now: clock(), isDetailed: true))
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await store.removeCluster(named: name)
        context.logger.notice("cluster removed", metadata: ["cluster": "\(name)"])
        return Response(status: .noContent)
    }

    private func issueToken(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.cluster(named: try context.parameters.require("name"))
        let token = try await store.issueToken(cluster: cluster.name, lifetime: .seconds(3600))
        return Response(enrolment(cluster, token, request), status: .created)
    }

    private func enrolment(_ cluster: StoredCluster, _ token: EnrolmentToken, _ request: Request) -> ClusterEnrolment {
        let hub = address.url(for: request)
        let pin = address.pin(of: hub)
        return ClusterEnrolment(
            name: cluster.name,
            id: cluster.id,
            token: token.text,
            tokenExpiresAt: token.expiresAt.rfc3339,
            pin: pin,
            install:
                "otomi-agent run --hub \(hub)\(pin.map { " --hub-pin \($0)" } ?? "") --token \(token.text) --state-dir /var/lib/otomi-agent"
        )
    }

    /// The same rules as for a Cluster document, so that no cluster exists that values could not speak of.
    private static func check(_ cluster: HubAPI.NewCluster) throws {
        var spec = Values.Document(
            id: DocumentID(kind: .cluster, scope: .cluster(cluster.name), name: cluster.name),
            spec: [:]
        )
        if let domain = cluster.domain { spec.spec["domainSuffix"] = .string(domain) }
        let faults = Validator.faults(in: spec).filter { $0.severity == .error }
        guard faults.isEmpty else {
            throw Problem(
                .invalid,
                detail: "The cluster '\(cluster.name)' cannot be added: \(faults[0].message).",
                errors: faults.map { fault in
                    // The place in the request, not in the document that it was checked as.
                    Fault(
                        pointer: JSONPointer([fault.pointer.tokens.isEmpty ? "name" : "domain"]),
                        message: fault.message,
                        hint: fault.hint
                    )
                }
            )
        }
    }
}

extension ClusterToAdd {
    init(_ cluster: HubAPI.NewCluster) {
        self.init(
            name: cluster.name,
            provider: cluster.provider,
            region: cluster.region,
            labels: cluster.labels,
            domain: cluster.domain
        )
    }
}
