import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Values

/// The history of the values: of all, of a document, of a team, of a cluster.
struct RevisionRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.revisions, .readRevisions, use: list)
        routes.get(.revision, .readRevisions, use: show)
        routes.get(.revisionDiff, .readRevisions, use: diff)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = max(1, Int(try request.number("limit", maximum: 1_000) ?? 50))
        let before = try request.number("before")
        let filter = try filter(request)
        let page: StorePage<StoredRevision>
        var differences: [Int64: [DocumentDifference]] = [:]
        if let name = request.query("cluster") {
            guard filter == nil else {
                throw Problem(
                    .badRequest,
                    detail: "The history is that of a cluster, or of a document or team, not of both."
                )
            }
            let view = try await FleetView(of: try context.requireCaller(), store)
            let cluster = try await view.cluster(named: name, .readRevisions, in: store.unbound)
            page = try await store.revisions(of: cluster.identity, before: before, limit: limit)
        } else if let filter {
            page = Self.page(try await store.revisions(changing: filter, before: before, limit: limit), limit)
            if request.query("document") != nil {
                differences = try await store.differences(of: page.items.map(\.number), filter)
            }
        } else {
            page = Self.page(try await store.revisions(before: before, limit: limit), limit)
        }
        let tags = try await tags(of: page.items)
        let items = page.items.map { revision in
            HubAPI.Revision(
                revision,
                changes: (differences[revision.number] ?? []).map(HubAPI.DocumentChange.init),
                tags: tags[revision.number] ?? []
            )
        }
        return Response(HubAPI.Page(items: items, next: page.next))
    }

    private static func page(_ revisions: [StoredRevision], _ limit: Int) -> StorePage<StoredRevision> {
        StorePage(items: revisions, next: revisions.count == limit ? revisions.last.map { String($0.number) } : nil)
    }

    /// The documents whose history is asked for; `nil` for all.
    private func filter(_ request: Request) throws -> DocumentFilter? {
        let team = request.query("team")
        guard let text = request.query("document") else { return team.map { DocumentFilter(team: $0) } }
        guard let path = DocumentPath(text) else {
            throw Problem(
                .badRequest,
                detail: "'\(text)' is no document.",
                hint:
                    "Write it as kind/name, such as app/harbor or service/demo/hello; with a layer as team/demo@group/eu."
            )
        }
        return DocumentFilter(kind: path.kind, scope: path.scope, team: path.team ?? team, name: path.name)
    }

    private func tags(of revisions: [StoredRevision]) async throws -> [Int64: [String]] {
        let tags = try await store.tags(of: revisions.map(\.number))
        return Dictionary(grouping: tags, by: \.revision).mapValues { $0.map(\.name) }
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let number = try await store.revision(named: try context.parameters.require("number"))
        let revision = try await store.revision(number)
        let changes = try await store.changes(of: number).map(HubAPI.DocumentChange.init)
        let tags = try await tags(of: [revision])[number] ?? []
        return Response(HubAPI.Revision(revision, changes: changes, tags: tags))
    }

    /// What differs between a revision and the one before it, or another one, field by field.
    private func diff(_ request: Request, _ context: HubContext) async throws -> Response {
        let to = try await store.revision(named: try context.parameters.require("number"))
        let from = try await request.revision("from", in: store) ?? max(0, to - 1)
        let limit = max(1, Int(try request.number("limit", maximum: 500) ?? 100))
        let found = try await store.differences(from: from, to: to, try filter(request) ?? DocumentFilter())
        let after = try request.query("after").map { text in
            guard let id = DocumentPath(text)?.id() else {
                throw Problem(.badRequest, detail: "'\(text)' is no page cursor: use the 'next' of the page before.")
            }
            return id
        }
        let rest = found.drop { difference in after.map { difference.id <= $0 } ?? false }
        let items = rest.prefix(limit)
        let next = rest.count > limit ? items.last.map { DocumentPath($0.id).description } : nil
        return Response(HubAPI.Page(items: items.map(HubAPI.DocumentChange.init), next: next))
    }
}

extension HubAPI.Revision {
    init(_ revision: StoredRevision, changes: [HubAPI.DocumentChange], tags: [String] = []) {
        self.init(
            number: revision.number,
            author: revision.author,
            time: revision.committedAt.rfc3339,
            message: revision.message,
            changes: changes,
            changeCount: revision.changeCount,
            tags: tags
        )
    }
}

extension HubAPI.DocumentChange {
    /// With what differs, field by field.
    init(_ difference: DocumentDifference) {
        self.init(StoredChange(id: difference.id, action: difference.action))
        fields = difference.fields
    }
}
