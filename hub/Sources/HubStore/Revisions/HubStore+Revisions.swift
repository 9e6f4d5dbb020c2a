import Postgres
import Values

extension HubStore {
    /// The latest revision; 0 before the first.
    ///
    /// - Throws: `StoreError`.
    package func latestRevision() async throws -> Int64 {
        // The number is everybody's; whether they see what it changed is another matter.
        try await unbound.read("the latest revision cannot be read") { connection in
            try connection.query("SELECT coalesce(max(number), 0) FROM revisions")[0].get(0)
        }
    }

    /// One revision.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func revision(_ number: Int64) async throws -> Revision {
        let changeCount = self.changeCount
        return try await read("revision \(number) cannot be read") { connection in
            try connection.query(
                """
                SELECT number, author, message, committed_at, \(changeCount) AS change_count FROM revisions
                WHERE number = \(number)
                """
            ).first.map(Revision.init(row:)).orNotFound("revision \(number)")
        }
    }

    /// How many documents a revision changed: all, or those that the actor may see.
    var changeCount: SQL {
        guard actor.teams != nil else { return "change_count" }
        return """
            (SELECT count(DISTINCT (d.kind, d.scope, d.team, d.name))::integer FROM documents d
                WHERE d.valid_from = number OR d.valid_to = number)
            """
    }

    /// Revisions, the newest first.
    ///
    /// `before`: only those below this number; the last one's number gives the next page.
    ///
    /// - Throws: `StoreError`.
    package func revisions(before: Int64? = nil, limit: Int = 100) async throws -> [Revision] {
        let bound = before ?? .max
        let limit = max(1, min(limit, 1000))
        let changeCount = self.changeCount
        return try await read("revisions cannot be read") { connection in
            try connection.query(
                """
                SELECT number, author, message, committed_at, \(changeCount) AS change_count FROM revisions
                WHERE number < \(bound) ORDER BY number DESC LIMIT \(limit)
                """
            ).map(Revision.init(row:))
        }
    }

    /// What a revision did, document by document.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no such revision.
    package func changes(of number: Int64) async throws -> [DocumentChange] {
        _ = try await revision(number)
        return try await read("the changes of revision \(number) cannot be read") { connection in
            try connection.query(
                """
                SELECT n.kind, n.scope, n.team, n.name,
                    CASE WHEN o.kind IS NULL THEN 'created' ELSE 'updated' END AS action
                FROM documents n
                LEFT JOIN documents o ON o.valid_to = n.valid_from
                    AND (o.kind, o.scope, o.team, o.name) = (n.kind, n.scope, n.team, n.name)
                WHERE n.valid_from = \(number)
                UNION ALL
                SELECT o.kind, o.scope, o.team, o.name, 'deleted'
                FROM documents o
                WHERE o.valid_to = \(number) AND NOT EXISTS (
                    SELECT FROM documents n WHERE n.valid_from = o.valid_to
                        AND (o.kind, o.scope, o.team, o.name) = (n.kind, n.scope, n.team, n.name)
                )
                """
            ).map { row in
                let action = DocumentChange.Action(rawValue: try row.get("action", as: String.self)) ?? .updated
                return DocumentChange(id: try row.documentID(), action: action)
            }.sorted { $0.id < $1.id }
        }
    }
}

extension Revision {
    init(row: PostgresRow) throws {
        self.init(
            number: try row.get("number"),
            author: try row.get("author"),
            message: try row.get("message"),
            committedAt: try row.get("committed_at"),
            changeCount: try row.get("change_count")
        )
    }
}

extension Optional {
    /// The value, or the error that says that `object` does not exist.
    func orNotFound(_ object: String) throws(StoreError) -> Wrapped {
        guard let self else { throw StoreError(.notFound, "\(object) does not exist") }
        return self
    }
}
