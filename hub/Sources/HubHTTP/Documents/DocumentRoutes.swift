import HubAPI
import HubStore
import Hummingbird
import Values

/// Reads documents, now or at an earlier revision.
struct DocumentRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.documents, .readDocuments, use: list)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let page = try await store.documents(
            try filter(request),
            at: try await request.revision(in: store),
            after: request.query("after"),
            limit: Int(try request.number("limit", maximum: 1_000) ?? 500)
        )
        let items = page.items.map { DocumentEntry(document: $0.document, revision: $0.revision, author: $0.author) }
        return Response(HubAPI.Page(items: items, next: page.next))
    }

    private func filter(_ request: Request) throws -> DocumentFilter {
        var filter = DocumentFilter(team: request.query("team"), name: request.query("name"))
        if let text = request.query("kind") {
            guard let kind = Kind(rawValue: text) else {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, detail: "There is no kind '\(text)'; there are \(known).")
            }
            filter.kind = kind
        }
        if let text = request.query("scope") {
            guard let scope = Scope(text) else {
                throw Problem(.badRequest, detail: "'\(text)' is no scope; say platform, group/NAME or cluster/NAME.")
            }
            filter.scope = scope
        }
        return filter
    }
}
