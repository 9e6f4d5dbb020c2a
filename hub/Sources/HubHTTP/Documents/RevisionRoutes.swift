import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Values

/// The history of the values.
struct RevisionRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.revisions, .readRevisions, use: list)
        routes.get(.revision, .readRevisions, use: show)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 50)
        let revisions = try await store.revisions(before: try request.number("before"), limit: limit)
        let next = revisions.count == limit ? revisions.last.map { String($0.number) } : nil
        return Response(HubAPI.Page(items: revisions.map { HubAPI.Revision($0, changes: []) }, next: next))
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let text = try context.parameters.require("number")
        guard let number = Int64(text) else {
            throw Problem(.notFound, detail: "'\(text)' is no revision; revisions are numbers.")
        }
        let revision = try await store.revision(number)
        let changes = try await store.changes(of: number)
        return Response(HubAPI.Revision(revision, changes: changes.map(HubAPI.DocumentChange.init)))
    }
}

extension HubAPI.Revision {
    init(_ revision: StoredRevision, changes: [HubAPI.DocumentChange]) {
        self.init(
            number: revision.number,
            author: revision.author,
            time: revision.committedAt.rfc3339,
            message: revision.message,
            changes: changes,
            changeCount: revision.changeCount
        )
    }
}
