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
        let index = DocumentIndex(try await store.unbound.allDocuments())
        let finder = Finder(subject: subject, index: index)
        guard index.speaks(of: subject) else {
            throw Problem(.notFound, detail: "\(subject) does not exist")
        }
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let wanted = request.query("placed").map { $0 == "true" }
        let page = try await store.clusterSummaries(
            after: request.query("after"),
            limit: max(1, limit),
            silentBefore: judge.clock() - ClusterJudge.silence
        )
        let view = try await FleetView(of: caller, store)
        var memory = Finder.Memory()
        let items = page.items.filter { view.shows($0.identity) }
            .compactMap { finder.entry(for: $0, &memory) }
            .filter { entry in wanted.map { $0 == entry.isPlaced } ?? true }
        return Response(HubAPI.Page(items: items, next: page.next))
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

/// Finds where one thing goes; clusters with the same documents share the work.
private struct Finder {
    /// What was computed before.
    struct Memory {
        private struct Input: Hashable {
            let stamps: [Int32]
            let provider: String
            let region: String
        }

        private var apps: [Input: JSONValue] = [:]

        mutating func apps(_ selection: ClusterSelection) -> JSONValue? {
            let input = Input(
                stamps: selection.platformStamps,
                provider: selection.cluster.provider,
                region: selection.cluster.region
            )
            if let known = apps[input] { return known }
            let found = selection.sharedTree()["apps"]
            apps[input] = found
            return found
        }
    }

    let subject: DocumentID
    let index: DocumentIndex

    func entry(for cluster: ClusterSummary, _ memory: inout Memory) -> PlacementEntry? {
        guard var found = index.whereabouts(of: subject, on: cluster.identity) else { return nil }
        if subject.kind == .app, found.isPlaced {
            let selection = index.selection(for: cluster.identity)
            found = Whereabouts(found, ofApp: subject.name, in: memory.apps(selection), selection)
        }
        let state = ClusterState(rawValue: cluster.standing.state)
        return PlacementEntry(
            cluster: cluster.name,
            isPlaced: found.isPlaced,
            reason: found.obstacle?.description ?? Self.delay(state),
            scope: found.scope?.description,
            state: state
        )
    }

    /// What keeps it from running where it is placed.
    private static func delay(_ state: ClusterState) -> String? {
        switch state {
        case .pending: "the cluster has no agent yet"
        case .revoked: "the cluster is revoked"
        case .lost: "the cluster's agent is silent"
        default: nil
        }
    }
}
