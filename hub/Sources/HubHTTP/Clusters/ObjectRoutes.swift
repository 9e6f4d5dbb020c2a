import AgentProtocol
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON
import Values

/// How every object of a cluster is, as its agent last said.
struct ObjectRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.clusterObjectStates, .readClusterObjects, use: list)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let view = try await FleetView(of: try context.requireCaller(), store)
        let name = try context.parameters.require("name")
        let cluster = try await view.cluster(named: name, .readClusterObjects, in: store)
        let page = try await store.objects(
            clusterID: cluster.id,
            ObjectFilter(
                kind: request.query("kind"),
                namespace: request.query("namespace"),
                namespaces: view.namespaces,
                layer: request.query("layer"),
                state: request.query("state")
            ),
            after: request.query("after"),
            limit: Int(try request.number("limit", maximum: 1_000) ?? 500)
        )
        let checkedAt = cluster.report?.receivedAt
        let items = try page.items.map { ObjectStatus(try ObjectState(json: $0), checkedAt: checkedAt) }
        return Response(HubAPI.Page(items: items, next: page.next))
    }
}

extension ObjectStatus {
    init(_ state: ObjectState, checkedAt: UnixTime?) {
        self.init(
            group: state.group,
            kind: state.kind,
            apiVersion: state.apiVersion,
            namespace: state.namespace,
            name: state.name,
            layer: state.layer,
            state: state.state.rawValue,
            health: state.health.rawValue,
            hasDrifted: state.hasDrifted,
            applied: state.applied,
            differsSince: state.differsSince.map { UnixTime(milliseconds: $0).rfc3339 },
            driftedAt: state.driftedAt.map { UnixTime(milliseconds: $0).rfc3339 },
            checkedAt: checkedAt?.rfc3339
        )
    }
}
