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

    func add(to routes: GuardedRoutes) {
        routes.get(.clusters, .listClusters, use: list)
        routes.post(.clusters, .addCluster, use: create)
        routes.get(.cluster, .showCluster, use: show)
        routes.delete(.cluster, .removeCluster, use: remove)
        routes.post(.clusterToken, .issueClusterToken, use: issueToken)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let view = try await FleetView(of: try context.requireCaller(), store)
        let page = try await self.page(after: request.query("after"), limit: limit, view)
        let now = clock()
        let items = page.items.map {
            view.part(of: ClusterStatus($0, blocked: blocked($0.id), now: now, isDetailed: false))
        }
        return Response(HubAPI.Page(items: items, next: page.next))
    }

    /// One page of the clusters that `view` shows; full pages, whatever is left out between.
    private func page(after: String?, limit: Int, _ view: FleetView) async throws -> StorePage<StoredCluster> {
        guard view.teams != nil else { return try await store.clusters(after: after, limit: limit) }
        let shown = try await store.allClusters().filter { $0.name > after ?? "" && view.shows($0) }
        let items = Array(shown.prefix(max(1, limit)))
        return StorePage(items: items, next: shown.count > items.count ? items.last?.name : nil)
    }

    private func create(_ request: Request, _ context: HubContext) async throws -> Response {
        let new = try await request.message(HubAPI.NewCluster.self)
        try Self.check(new)
        let (cluster, token) = try await store.addCluster(ClusterToAdd(new))
        context.logger.notice("cluster added", metadata: ["cluster": "\(cluster.name)"])
        return Response(enrolment(cluster, token, request), status: .created)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let view = try await FleetView(of: try context.requireCaller(), store)
        let cluster = try await view.cluster(named: try context.parameters.require("name"), .showCluster, in: store)
        let status = ClusterStatus(cluster, blocked: blocked(cluster.id), now: clock(), isDetailed: true)
        return Response(view.part(of: status))
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await store.removeCluster(named: name)
        context.logger.notice("cluster removed", metadata: ["cluster": "\(name)"])
        return Response(status: .noContent)
    }

    private func issueToken(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.cluster(named: try context.parameters.require("name"))
        let token = try await store.issueToken(cluster: cluster.name)
        return Response(enrolment(cluster, token, request), status: .created)
    }

    private func enrolment(_ cluster: StoredCluster, _ token: EnrolmentToken, _ request: Request) -> ClusterEnrolment {
        ClusterEnrolment(cluster, token, address, request)
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
            domain: cluster.domain,
            requiresApproval: cluster.requiresApproval,
            quarantinesClones: cluster.quarantinesClones
        )
    }
}
