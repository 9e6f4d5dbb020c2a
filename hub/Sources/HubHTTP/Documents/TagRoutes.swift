import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Values

/// Names for revisions.
struct TagRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.tags, .readRevisions, use: listAll)
        routes.get(.revisionTags, .readRevisions, use: list)
        routes.post(.revisionTags, .tagRevisions, use: add)
        routes.delete(.revisionTag, .tagRevisions, use: remove)
    }

    private func listAll(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 100)
        let page = try await store.tags(after: request.query("after"), limit: limit)
        return Response(HubAPI.Page(items: page.items.map(TagEntry.init), next: page.next))
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let revision = try await store.revision(named: try context.parameters.require("number"))
        return Response(HubAPI.Page(items: try await store.tags(of: [revision]).map(TagEntry.init)))
    }

    private func add(_ request: Request, _ context: HubContext) async throws -> Response {
        let revision = try await store.revision(named: try context.parameters.require("number"))
        let message = try await request.message(TagRequest.self)
        let tag = try await store.tagRevision(revision, message.name, message: message.message)
        return Response(TagEntry(tag), status: .created)
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        let revision = try await store.revision(named: try context.parameters.require("number"))
        try await store.removeTag(try context.parameters.require("tag"), ofRevision: revision)
        return Response(status: .noContent)
    }
}

extension TagEntry {
    init(_ tag: RevisionTag) {
        self.init(
            name: tag.name,
            revision: tag.revision,
            message: tag.message,
            author: tag.author,
            time: tag.createdAt.rfc3339
        )
    }
}
