import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import Values

/// Previews a change for the whole fleet before anything is stored, and has agents try it on request.
struct PlanRoutes {
    private let store: HubStore
    private let trials: PlanTrials
    private let preview = FleetPreview()

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        trials = PlanTrials(store: store, clock: clock)
    }

    func add(to routes: GuardedRoutes) {
        routes.post(.plans, .planChanges, use: plan)
        routes.get(.plan, .planChanges, use: show)
    }

    private func plan(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(PlanRequest.self, limit: BodyLimits.commit)
        if message.onClusters, caller.principal.access(to: .tryPlans, on: .platform) != .allowed {
            throw Refusal.refused(caller, .tryPlans, on: "the fleet")
        }
        let scene = PlanScene(message, caller: caller, store: store)
        let result = try await scene.result(with: preview)
        guard message.onClusters else { return Response(result.plan) }
        let plan = try await trials.begin(
            result.plan,
            objects: result.objects,
            on: result.clusters,
            author: caller.name
        )
        return Response(plan, status: .accepted)
    }

    /// A plan is its author's, and a platform admin's, who sees everything that can be in it.
    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let id = try context.parameters.require("id")
        let stored = try await store.plan(id)
        guard stored.author == caller.name || caller.principal.isPlatformAdmin else {
            throw Refusal.hidden(.planChanges, "plan '\(id)'")
        }
        return Response(try trials.plan(stored))
    }
}
