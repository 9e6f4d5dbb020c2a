import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// The registry of clusters: add, list, show, forget, and new enrolment tokens.
struct ClusterRoutes {
    let store: HubStore
    let address: PublicAddress
    let judge: ClusterJudge

    func add(to routes: GuardedRoutes) {
        routes.get(.clusters, .listClusters, use: list)
        routes.post(.clusters, .addCluster, use: create)
        routes.get(.cluster, .showCluster, use: show)
        routes.delete(.cluster, .removeCluster, use: remove)
        routes.post(.clusterToken, .issueClusterToken, use: issueToken)
        routes.get(.clusterGenerations, .showCluster, use: generations)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let caller = try context.requireCaller()
        let view = try await FleetView(of: caller, store)
        let selection = try await ClusterList.Selection(request, caller, store)
        let list = ClusterList(store: store, judge: judge)
        return Response(try await list.page(selection, after: request.query("after"), limit: max(1, limit), view))
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
        let status = view.part(of: judge.status(of: cluster, isDetailed: true))
        return Response(status, headers: [.eTag: "\"\(cluster.registration.version)\""])
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await store.removeCluster(named: name)
        context.logger.notice("cluster forgotten", metadata: ["cluster": "\(name)"])
        return Response(status: .noContent)
    }

    private func issueToken(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.cluster(named: try context.parameters.require("name"))
        let token = try await store.issueToken(cluster: cluster.name)
        return Response(enrolment(cluster, token, request), status: .created)
    }

    private func generations(_ request: Request, _ context: HubContext) async throws -> Response {
        let view = try await FleetView(of: try context.requireCaller(), store)
        let cluster = try await view.cluster(named: try context.parameters.require("name"), .showCluster, in: store)
        let page = try await store.generations(
            clusterID: cluster.id,
            before: try request.number("before"),
            limit: Int(try request.number("limit", maximum: AppliedGeneration.kept) ?? 50)
        )
        return Response(HubAPI.Page(items: page.items.map(ClusterGeneration.init), next: page.next))
    }

    private func enrolment(_ cluster: StoredCluster, _ token: EnrolmentToken, _ request: Request) -> ClusterEnrolment {
        ClusterEnrolment(cluster, token, address, request)
    }

    /// The same rules as for a Cluster document, so that no cluster exists that values could not speak of.
    private static func check(_ cluster: HubAPI.NewCluster) throws {
        let registration = ClusterRegistration(
            provider: cluster.provider,
            region: cluster.region,
            labels: cluster.labels,
            domain: cluster.domain,
            owner: cluster.owner ?? "",
            description: cluster.description ?? ""
        )
        let faults = registration.faults(cluster.name)
        guard faults.isEmpty else {
            throw Problem(
                .invalid,
                detail: "The cluster '\(cluster.name)' cannot be added: \(faults[0].message).",
                errors: faults
            )
        }
    }
}

extension ClusterGeneration {
    init(_ stored: AppliedGeneration) {
        self.init(
            generation: stored.generation,
            revision: stored.revision,
            publishedAt: stored.publishedAt.rfc3339,
            appliedAt: stored.appliedAt?.rfc3339,
            duration: stored.appliedAt.map { max(0, ($0 - stored.publishedAt).wholeMilliseconds) },
            readyAt: stored.readyAt?.rfc3339,
            state: stored.state
        )
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
            owner: cluster.owner ?? "",
            description: cluster.description ?? "",
            requiresApproval: cluster.requiresApproval,
            quarantinesClones: cluster.quarantinesClones
        )
    }
}
