import AgentProtocol
import HubAPI
import HubStore
import Hummingbird
import JSON

/// Takes what agents say of their clusters.
struct ReportRoutes {
    let store: HubStore
    let presence: AgentPresence

    func add(to group: RouterGroup<HubContext>) {
        group.post("\(AgentRoute.report.path)", use: report)
    }

    private func report(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        let report = try await request.message(Report.self, limit: BodyLimits.report)
        presence.saw(agent)
        let accepted = try await store.record(
            AgentReport(
                bootID: report.bootID,
                sequence: report.sequence,
                generation: report.generation,
                revision: report.revision,
                state: report.state.rawValue,
                body: report.json
            ),
            clusterID: agent.clusterID
        )
        return Response(ReportResponse(accepted: accepted))
    }
}
