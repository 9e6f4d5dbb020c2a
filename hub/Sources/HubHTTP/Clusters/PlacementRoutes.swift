import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON
import Values

/// Where something goes, and why not elsewhere.
struct PlacementRoutes {
    let store: HubStore
    let judge: ClusterJudge

    func add(to routes: GuardedRoutes) {
        routes.get(.placements, .readPlacements, use: list)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let subject = try subject(request)
        let scope: Access.Subject = subject.owningTeam.map { .team($0) } ?? .platform
        switch caller.principal.access(to: .readPlacements, on: scope) {
        case .allowed: break
        case .refused: throw Refusal.refused(caller, .readPlacements, on: subject.description)
        case .hidden: throw Refusal.hidden(.readPlacements, subject.description)
        }
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let wanted = request.query("placed").map { $0 == "true" }
        let view = try await FleetView(of: caller, store)
        let list = ClusterList(store: store, judge: judge)
        let (rows, next) = try await list.rows(after: request.query("after"), limit: max(1, limit), view)
        var survey = PlacementSurvey(subject, of: rows)
        try await survey.look(in: store.unbound)
        guard survey.isKnown else { throw Problem(.notFound, detail: "\(subject) does not exist") }
        let items = survey.entries.filter { entry in wanted.map { $0 == entry.isPlaced } ?? true }
        return Response(HubAPI.Page(items: items, next: next))
    }

    /// What the query items `kind`, `team` and `name` mean.
    private func subject(_ request: Request) throws -> DocumentID {
        guard let kindText = request.query("kind"), let name = request.query("name") else {
            throw Problem(.badRequest, detail: "The query items 'kind' and 'name' are needed.")
        }
        guard let kind = Kind(loosely: kindText), kind.hasPlacement else {
            let known = Kind.allCases.filter(\.hasPlacement).map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, detail: "'\(kindText)' is no kind with a placement; there are \(known).")
        }
        let team = request.query("team")
        guard kind.belongsToTeam == (team != nil) || kind == .team else {
            let what = kind.belongsToTeam ? "A \(kind.rawValue) belongs to a team: say which." : "An App has no team."
            throw Problem(.badRequest, detail: what)
        }
        return DocumentID(kind: kind, team: kind == .team ? nil : team, name: name)
    }
}
