import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Values

/// The whole fleet at one glance, at once or when something has changed.
struct StatusRoutes {
    /// The longest wait that is granted; below the idle timeouts of common load balancers.
    static let maximumWait: Int64 = 50
    /// How many clusters are shown one by one, where nobody says otherwise.
    static let standardLimit = 100

    let store: HubStore
    let events: StoreEvents
    let judge: ClusterJudge
    /// Tells the versions of one replica from those of another: a client that changes replicas is answered at once.
    let instance: String

    func add(to routes: GuardedRoutes) {
        routes.get(.status, .readStatus, use: status)
    }

    private func status(_ request: Request, _ context: HubContext) async throws -> Response {
        let wait = try request.number("wait", maximum: Self.maximumWait) ?? 0
        if wait > 0, let known = version(request.query("after")) {
            let hasNews = try await context.requireCaller().whileLetIn { [fleet = events.fleet] in
                await fleet.waits(after: known, atMost: .seconds(wait))
            }
            if !hasNews { return Response(status: .notModified) }
        }
        // Read the version before the rows: a change in between is then seen twice, never missed.
        let version = "\(instance)-\(events.fleet.version)"
        let revision = try await store.latestRevision()
        let view = try await FleetView(of: try context.requireCaller(), store)
        let overview = FleetOverview(store: store, judge: judge, view: view)
        let limit = Int(try request.number("limit", maximum: 1_000) ?? Int64(Self.standardLimit))
        let status = try await overview.status(
            FleetStatus(
                revision: revision,
                version: version,
                clusters: [],
                unsigned: try await unsigned(context),
                recovery: try await RecoveryStatus(concerning: try context.requireCaller(), store),
                rollouts: try await RolloutTurn.all(in: store, view)
            ),
            names: request.query("names")?.split(separator: ",").map(String.init),
            behind: try goal(request),
            limit: max(1, limit)
        )
        return Response(status, headers: [.eTag: "\"\(version)\""])
    }

    private func goal(_ request: Request) throws -> ClusterFilter.Goal? {
        guard let text = request.query("behind") else { return nil }
        return text == "desired" ? .desired : try request.number("behind").map(ClusterFilter.Goal.revision)
    }

    /// What waits for the signatures of teams that the caller sees.
    private func unsigned(_ context: HubContext) async throws -> [UnsignedContent] {
        let principal = try context.requireCaller().principal
        return try await store.withheldLayers()
            .filter { principal.access(to: .readTeamContent, on: .team($0.key)) == .allowed }
            .map { UnsignedContent(team: $0.key, clusters: $0.value) }
            .sorted { $0.team < $1.team }
    }

    private func version(_ text: String?) -> UInt64? {
        guard let text, text.hasPrefix(instance + "-") else { return nil }
        return UInt64(text.dropFirst(instance.count + 1))
    }
}
