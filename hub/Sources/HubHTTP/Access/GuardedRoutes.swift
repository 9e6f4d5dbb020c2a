import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Values

/// Where the routes of people are added: each says what it lets them do, or there is no such route.
///
/// Before a handler runs the caller's roles are asked; while it runs the store acts on the caller's behalf. What is refused,
/// here or by the handler as a ``Refusal``, stands in the audit log.
struct GuardedRoutes {
    typealias Handler = @Sendable (Request, HubContext) async throws -> Response

    private let group: RouterGroup<HubContext>
    private let refusals: RefusalLog

    /// - Parameters:
    ///   - group: where callers were authenticated.
    ///   - refusals: where refusals are noted.
    init(_ group: RouterGroup<HubContext>, refusals: RefusalLog) {
        self.group = group
        self.refusals = refusals
    }

    func get(_ route: Route, _ action: Action, use handler: @escaping Handler) {
        add(.get, route, action, handler)
    }

    func post(_ route: Route, _ action: Action, use handler: @escaping Handler) {
        add(.post, route, action, handler)
    }

    func put(_ route: Route, _ action: Action, use handler: @escaping Handler) {
        add(.put, route, action, handler)
    }

    func patch(_ route: Route, _ action: Action, use handler: @escaping Handler) {
        add(.patch, route, action, handler)
    }

    func delete(_ route: Route, _ action: Action, use handler: @escaping Handler) {
        add(.delete, route, action, handler)
    }

    private func add(
        _ method: HTTPRequest.Method,
        _ route: Route,
        _ action: Action,
        _ handler: @escaping Handler
    ) {
        let refusals = self.refusals
        group.on(RouterPath(route.rawValue), method: method) { request, context -> Response in
            let caller = try context.requireCaller()
            do {
                guard caller.principal.reaches(action) else {
                    throw Refusal.refused(caller, action, on: "\(method) \(request.uri.path)")
                }
                return try await Actor.$ambient.withValue(caller.actor(for: action)) {
                    try await handler(request, context)
                }
            } catch {
                guard let refusal = Refusal(error, action, "\(method) \(request.uri.path)") else { throw error }
                try await refusals.note(refusal, of: caller, context.logger)
                throw refusal.problem
            }
        }
    }
}

extension Caller {
    /// How the store knows them while they do `action`.
    fileprivate func actor(for action: Action) -> Actor { action.isBoundByRows ? actor : actor.unbound }
}
