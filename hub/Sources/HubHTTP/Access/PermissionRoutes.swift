import HubAPI
import HubStore
import Hummingbird
import JSON
import Values

/// Tells callers what they may do, from the same table that their requests are measured by.
struct PermissionRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.permissions, .readPermissions, use: show)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let principal = try context.requireCaller().principal
        var documents: [Permissions.Documents] = []
        for grant in principal.grants.sorted(by: { ($0.team ?? "") < ($1.team ?? "") }) where !principal.maySeeEveryTeam
        {
            guard let team = grant.team else { continue }
            let id = DocumentID(kind: .team, name: team)
            let stored = try await store.document(id)?.document
            let selfService = SelfService(of: stored ?? Document(id: id, spec: [:]))
            documents += Kind.allCases.filter { $0.belongsToTeam || $0 == .team }.map { kind in
                Permissions.Documents(
                    team: team,
                    DocumentAccess(role: grant.role, kind: kind, selfService: selfService)
                )
            }
        }
        return Response(Permissions(principal, documents: documents))
    }
}

extension Permissions {
    init(_ principal: Principal, documents: [Permissions.Documents]) {
        let order: [AccessRule.Reach] = [.allowed, .part, .ownTeam]
        let actions = Action.allCases.map { action in
            let reaches = principal.grants.map { action.rule.reach(of: $0.role) }
            let best = action.rule.isForEverybody ? .allowed : order.first(where: reaches.contains) ?? .refused
            return (action.rawValue, best.rawValue)
        }
        let roles = principal.grants.map { Permissions.Role(name: $0.role.rawValue, team: $0.team) }
        self.init(
            name: principal.name,
            roles: roles.sorted { ($0.team ?? "", $0.name) < ($1.team ?? "", $1.name) },
            actions: Dictionary(actions, uniquingKeysWith: { first, _ in first }),
            documents: documents
        )
    }
}

extension Permissions.Documents {
    init(team: String, _ access: DocumentAccess) {
        var fields: [String: Bool] = [:]
        var flags: [String: String] = [:]
        for field in access.fields {
            let name = field.tokens.joined(separator: ".")
            let answer = access.access(to: field)
            fields[name] = answer == .allowed
            if case .lacking(let flag) = answer { flags[name] = flag.rawValue }
        }
        self.init(
            team: team,
            kind: access.kind.rawValue,
            mayCreateAndDelete: access.mayCreateAndDelete,
            fields: fields,
            flags: flags
        )
    }
}
