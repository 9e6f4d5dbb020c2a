import HTTPTransport
import JSON
import Values

/// The history of the values, and ways back. A revision is named by its number, as `latest`, or by a tag.
extension HubClient {
    /// The latest revisions that a query lets pass, newest first, at most `limit`.
    ///
    /// - Throws: `HubClientError`; `notFound` for no such cluster.
    package func revisions(
        _ query: RevisionQuery = RevisionQuery(),
        limit: Int
    ) async throws(HubClientError) -> [Revision] {
        var result: [Revision] = []
        var before: String?
        repeat {
            let path = query.path(before: before, limit: limit - result.count)
            let page: Page<Revision> = try await get(path, action: "reading the history")
            result += page.items
            // A page of a cluster's history may be empty and not the last.
            guard page.next != before else { break }
            before = page.next
        } while before != nil && result.count < limit
        return Array(result.prefix(limit))
    }

    /// One revision with what it changed.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func revision(named name: String) async throws(HubClientError) -> Revision {
        try await get(Route.revision.path(name), action: "reading revision \(name)")
    }

    /// What differs between two revisions, field by field.
    ///
    /// - Parameters:
    ///   - from: the revision before; `nil` is the one before `to`.
    ///   - to: the revision after.
    ///   - query: which documents count.
    /// - Returns: one change for each document.
    /// - Throws: `HubClientError`; `notFound` for no such revision.
    package func differences(
        from: String? = nil,
        to: String,
        _ query: RevisionQuery = RevisionQuery()
    ) async throws(HubClientError) -> [DocumentChange] {
        try await everyPage { (client, after) async throws(HubClientError) in
            let path = Route.revisionDiff.path(
                to,
                query: [
                    ("from", from), ("document", query.document?.description), ("team", query.team), ("after", after),
                ]
            )
            return try await client.get(path, action: "comparing revisions")
        }
    }

    /// Makes documents equal to those of a revision, in a new revision or in a draft.
    ///
    /// - Throws: `HubClientError`; `notFound` for no such revision or document.
    package func restore(
        revision name: String,
        _ request: RestorationRequest
    ) async throws(HubClientError) -> RestorationResult {
        try await post(Route.revisionRestoration.path(name), request.json, action: "restoring revision \(name)")
    }

    /// Undoes what a revision did, in a new revision or in a draft.
    ///
    /// - Throws: `HubClientError`; `conflict` with both sides of what was changed since.
    package func revert(
        revision name: String,
        _ request: RestorationRequest
    ) async throws(HubClientError) -> RestorationResult {
        try await post(Route.revisionReversal.path(name), request.json, action: "reverting revision \(name)")
    }

    /// Every tag, by name.
    ///
    /// - Throws: `HubClientError`.
    package func tags() async throws(HubClientError) -> [TagEntry] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(Route.tags.path(query: [("after", after)]), action: "listing the tags")
        }
    }

    /// Gives a revision a name.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name means another revision.
    package func tag(revision name: String, _ request: TagRequest) async throws(HubClientError) -> TagEntry {
        try await post(Route.revisionTags.path(name), request.json, action: "tagging revision \(name)")
    }

    /// Takes a tag away.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func removeTag(_ name: String) async throws(HubClientError) {
        _ = try await send(.delete, Route.revisionTag.path(name, name), action: "removing tag \(name)")
    }
}
