import AgentProtocol
import Concurrency
import HubStore
import Hummingbird
import JSON

/// Takes what agents say became of the plans that they were asked to try.
struct TrialRoutes {
    private let store: HubStore
    private let presence: AgentPresence
    private let reports: ReportLimiter

    init(store: HubStore, presence: AgentPresence, clock: @escaping WallClock) {
        self.store = store
        self.presence = presence
        reports = ReportLimiter(burst: 10, perSecond: 1, clock: clock)
    }

    func add(to group: RouterGroup<HubContext>) {
        group.post("\(AgentRoute.trial.path)", use: keep)
    }

    private func keep(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        presence.saw(agent)
        try reports.admit(agent.clusterID)
        let report = try await request.agentMessage(TrialReport.self)
        // An answer that nobody waits for any more is taken all the same: its sender could do nothing about it.
        _ = try await store.keepTrial(report.json, plan: report.id, clusterID: agent.clusterID)
        return Response(status: .noContent)
    }
}
