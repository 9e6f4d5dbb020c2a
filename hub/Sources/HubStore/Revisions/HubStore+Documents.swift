import JSON
import Postgres
package import Values

extension HubStore {
    private static let columns: SQL = "d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, r.author"

    /// One page of the documents, ordered by kind, scope, team and name.
    ///
    /// - `revision`: reads the values as they were then; `nil` reads the current ones.
    /// - `after`: the `next` of the page before.
    /// - `revealing`: whether secrets are in plaintext instead of markers.
    ///
    /// - Throws: `StoreError.Code.invalid` for a cursor that is none, `.undecipherable`.
    package func documents(
        _ filter: DocumentFilter = DocumentFilter(),
        at revision: Int64? = nil,
        after: String? = nil,
        limit: Int = 500,
        revealing: Bool = false
    ) async throws -> Page<StoredDocument> {
        let cursor = try DocumentCursor(after)
        let limit = max(1, min(limit, 1000))
        var conditions: SQL = "\(Self.valid(at: revision)) AND \(Self.matching(filter))"
        if let cursor {
            conditions = """
                \(conditions) AND (d.kind, d.scope, d.team, d.name)
                    > (\(cursor.kind), \(cursor.scope), \(cursor.team), \(cursor.name))
                """
        }
        let selection = conditions
        let found = try await read("documents cannot be read") { connection in
            try stored(
                connection.query(
                    """
                    SELECT \(Self.columns) FROM documents d JOIN revisions r ON r.number = d.valid_from
                    WHERE \(selection)
                    ORDER BY d.kind, d.scope, d.team, d.name LIMIT \(limit + 1)
                    """
                ),
                revealing: revealing
            )
        }
        let items = Array(found.prefix(limit))
        let next = found.count > limit ? items.last.map { DocumentCursor($0.document.id).text } : nil
        return Page(items: items, next: next)
    }

    /// Every document, of one consistent moment; what a bundle is compiled from.
    ///
    /// - Throws: `StoreError`, `.undecipherable` when `revealing` and a secret cannot be opened.
    package func allDocuments(at revision: Int64? = nil, revealing: Bool = false) async throws -> [StoredDocument] {
        let condition = Self.valid(at: revision)
        return try await read("documents cannot be read") { connection in
            try stored(
                connection.query(
                    """
                    SELECT \(Self.columns) FROM documents d JOIN revisions r ON r.number = d.valid_from
                    WHERE \(condition) ORDER BY d.kind, d.scope, d.team, d.name
                    """
                ),
                revealing: revealing
            )
        }
    }

    /// One document; `nil` when there is none.
    ///
    /// - Throws: `StoreError`, `.undecipherable` when `revealing` and a secret cannot be opened.
    package func document(
        _ id: DocumentID,
        at revision: Int64? = nil,
        revealing: Bool = false
    ) async throws -> StoredDocument? {
        let condition = Self.valid(at: revision)
        return try await read("\(id) cannot be read") { connection in
            try stored(
                connection.query(
                    """
                    SELECT \(Self.columns) FROM documents d JOIN revisions r ON r.number = d.valid_from
                    WHERE \(condition) AND d.kind = \(id.kind.rawValue) AND d.scope = \(id.scope.description)
                        AND d.team = \(id.team ?? "") AND d.name = \(id.name)
                    """
                ),
                revealing: revealing
            ).first
        }
    }

    /// A condition for the documents that a filter names.
    static func matching(_ filter: DocumentFilter) -> SQL {
        var conditions: SQL = "true"
        if let kind = filter.kind { conditions = "\(conditions) AND d.kind = \(kind.rawValue)" }
        if let scope = filter.scope { conditions = "\(conditions) AND d.scope = \(scope.description)" }
        if let name = filter.name { conditions = "\(conditions) AND d.name = \(name)" }
        if let team = filter.team {
            conditions = "\(conditions) AND (d.team = \(team) OR (d.kind = 'Team' AND d.name = \(team)))"
        }
        return conditions
    }

    private static func valid(at revision: Int64?) -> SQL {
        guard let revision else { return "d.valid_to IS NULL" }
        return "d.valid_from <= \(revision) AND (d.valid_to IS NULL OR d.valid_to > \(revision))"
    }

    private func stored(_ rows: PostgresRows, revealing: Bool) throws -> [StoredDocument] {
        try rows.map { row in
            let id = try row.documentID()
            let spec = try SealedSpec(json: row.get("spec")).opened(cipher, id: id, revealing: revealing)
            return StoredDocument(
                document: Document(id: id, spec: spec),
                revision: try row.get("valid_from"),
                author: try row.get("author")
            )
        }
    }
}

/// Where a page of documents ended.
private struct DocumentCursor {
    let kind: String
    let scope: String
    let team: String
    let name: String

    init(_ id: DocumentID) {
        kind = id.kind.rawValue
        scope = id.scope.description
        team = id.team ?? ""
        name = id.name
    }

    /// `nil` for no cursor.
    ///
    /// - Throws: `StoreError.Code.invalid` for text that this store did not hand out.
    init?(_ text: String?) throws(StoreError) {
        guard let text else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4 else {
            throw StoreError(.invalid, "'\(text)' is no page cursor: use the 'next' of the page before, as it is")
        }
        (kind, scope, team, name) = (parts[0], parts[1], parts[2], parts[3])
    }

    /// No part can hold a colon: names are DNS labels and file names are no part of it.
    var text: String { [kind, scope, team, name].joined(separator: ":") }
}
