import HubAPI
import HubStore
import Hummingbird
import JSON
import Values

/// Groups of clusters, as their documents describe them.
struct GroupRoutes {
    /// How many clusters and documents of a group are named.
    private static let maximumNamed = 500

    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.groups, .readGroups, use: list)
        routes.get(.group, .readGroups, use: show)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let page = try await store.documents(
            DocumentFilter(kind: .group),
            after: request.query("after"),
            limit: Int(try request.number("limit", maximum: 200) ?? 100)
        )
        var groups: [ClusterGroup] = []
        for stored in page.items { groups.append(try await group(stored.document, isDetailed: false)) }
        return Response(HubAPI.Page(items: groups, next: page.next))
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        guard let stored = try await store.document(DocumentID(kind: .group, scope: .platform, name: name)) else {
            throw Problem(.notFound, detail: "group '\(name)' does not exist", hint: "otomi group list shows them.")
        }
        return Response(try await group(stored.document, isDetailed: true))
    }

    private func group(_ document: Document, isDetailed: Bool) async throws -> ClusterGroup {
        let name = document.id.name
        let filter = ClusterFilter(selector: LabelSelector(document.groupSelector))
        let documents = try await store.documents(DocumentFilter(scope: .group(name)), limit: 1_000).items
            .map(\.document.id)
        return ClusterGroup(
            name: name,
            selector: document.groupSelector,
            priority: document.spec["priority"]?.integerValue ?? 0,
            count: try await store.clusterCount(filter),
            clusters: isDetailed
                ? try await store.clusterIdentities(filter, limit: Self.maximumNamed).map(\.name) : [],
            documentCount: documents.count,
            documents: isDetailed ? Array(documents.prefix(Self.maximumNamed)) : []
        )
    }
}
