import JSON

extension HubClient {
    /// The documents that match, page after page.
    ///
    /// - Throws: `HubClientError`.
    package func documents(_ query: DocumentQuery) async throws(HubClientError) -> [DocumentEntry] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(query.path(after: after), action: "reading the documents")
        }
    }

    /// Writes and removes documents in one revision.
    ///
    /// - Throws: `HubClientError`; `invalid` with every fault, `conflict` with both versions.
    package func commit(_ commit: CommitRequest) async throws(HubClientError) -> CommitResult {
        try await post(Route.commits.path(), commit.json, action: "committing the change")
    }

    /// Stores a whole values repository in one revision.
    ///
    /// - Throws: `HubClientError`; `invalid` with every fault.
    package func importRepository(_ request: ImportRequest) async throws(HubClientError) -> ImportResult {
        try await post(Route.imports.path(), request.json, action: "importing the repository")
    }

    /// Reads page after page until the last; a cursor that does not move ends it, so that a faulty hub cannot hold us.
    func everyPage<Item: JSONRepresentable & Sendable>(
        _ page: (HubClient, _ after: String?) async throws(HubClientError) -> Page<Item>
    ) async throws(HubClientError) -> [Item] {
        var items: [Item] = []
        var after: String?
        while true {
            let next = try await page(self, after)
            items += next.items
            guard let cursor = next.next, cursor != after, !next.items.isEmpty else { return items }
            after = cursor
        }
    }
}
