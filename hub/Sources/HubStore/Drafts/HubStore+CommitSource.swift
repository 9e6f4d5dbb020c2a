import JSON
import Postgres
import Values

/// What a commit takes from where it is stored already, and what a clash shows.
extension HubStore {
    /// What a commit does, up against what is stored.
    ///
    /// - Throws: `StoreError.Code.conflict` with both sides and what they began with; what ``carried(by:on:)`` throws.
    func plan(
        _ commit: Commit,
        latest: Int64,
        current: [DocumentID: CommitPlan.Current],
        cipher: SecretCipher,
        on connection: isolated PostgresConnection
    ) throws -> CommitPlan {
        let carried = try carried(by: commit, on: connection)
        do {
            return try CommitPlan(commit, latest: latest, current: current, carried: carried, cipher: cipher)
        } catch {
            guard error.code == .conflict, !error.conflicts.isEmpty else { throw error }
            var bases = carried.bases
            for conflict in error.conflicts where bases[conflict.id] == nil { bases[conflict.id] = commit.base }
            let conflicts = try completing(error.conflicts, bases: bases, on: connection)
            throw StoreError(.conflict, error.message, conflicts: conflicts)
        }
    }

    /// The sealed forms and bases of the documents that a commit takes from a draft or a revision.
    ///
    /// A draft stays locked until the transaction is over.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.stale` when the draft has changed.
    func carried(by commit: Commit, on connection: isolated PostgresConnection) throws -> CommitPlan.Carried {
        switch commit.source {
        case nil: return CommitPlan.Carried()
        case .draft(let name, let version):
            try connection.pipeline(authorSetting)
            _ = try lockedDraft(name, expected: version, on: connection)
            var carried = CommitPlan.Carried()
            for edit in try edits(of: name, on: connection) {
                carried.bases[edit.id] = edit.base
                carried.specs[edit.id] = edit.spec
            }
            return carried
        case .revision(let revision):
            let forms = try forms(of: commit.put.map(\.id), at: revision, on: connection)
            return CommitPlan.Carried(specs: forms.compactMapValues { $0.isLive ? $0.spec : nil })
        }
    }

    /// Throws the draft away that has become a revision.
    ///
    /// - Returns: what the audit log tells of it.
    func finish(_ commit: Commit, revision: Int64, on connection: isolated PostgresConnection) throws -> [AuditEntry] {
        guard case .draft(let name, _) = commit.source, !commit.isDryRun else { return [] }
        try connection.query("DELETE FROM drafts WHERE name = \(name)")
        return [AuditEntry(.changeDrafts, "draft \(name)", detail: "committed in revision \(revision)")]
    }

    /// Each document as it is at a revision, or as it was when it was deleted before.
    func forms(
        of documents: [DocumentID],
        at revision: Int64,
        on connection: isolated PostgresConnection
    ) throws -> [DocumentID: CommitPlan.Current] {
        let ids = documents.columns
        let rows = try connection.query(
            """
            SELECT DISTINCT ON (d.kind, d.scope, d.team, d.name)
                d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, r.author,
                CASE WHEN d.valid_to <= \(revision) THEN d.valid_to END AS valid_to
            FROM unnest(\(ids.kinds), \(ids.scopes), \(ids.teams), \(ids.names)) AS t (kind, scope, team, name)
            JOIN documents d USING (kind, scope, team, name)
            JOIN revisions r ON r.number = d.valid_from
            WHERE d.valid_from <= \(revision)
            ORDER BY d.kind, d.scope, d.team, d.name, d.valid_from DESC
            """
        )
        var forms: [DocumentID: CommitPlan.Current] = [:]
        for row in rows {
            forms[try row.documentID()] = CommitPlan.Current(
                spec: SealedSpec(json: try row.get("spec")),
                validFrom: try row.get("valid_from"),
                validTo: try row.get("valid_to"),
                author: try row.get("author")
            )
        }
        return forms
    }

    /// The conflicts with what both sides began with, and with who deleted what is gone.
    ///
    /// - Parameters:
    ///   - conflicts: both sides.
    ///   - bases: the revision that each change was made against.
    ///   - connection: where the rows are.
    /// - Returns: the same conflicts, in their order.
    /// - Throws: `StoreError.Code.undecipherable`.
    func completing(
        _ conflicts: [DocumentConflict],
        bases: [DocumentID: Int64],
        on connection: isolated PostgresConnection
    ) throws -> [DocumentConflict] {
        let ids = conflicts.map(\.id).columns
        let revisions = conflicts.map { bases[$0.id] ?? 0 }
        let rows = try connection.query(
            """
            SELECT d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, r.author
            FROM unnest(\(ids.kinds), \(ids.scopes), \(ids.teams), \(ids.names), \(revisions))
                AS t (kind, scope, team, name, base)
            JOIN documents d USING (kind, scope, team, name)
            JOIN revisions r ON r.number = d.valid_from
            WHERE d.valid_from <= t.base AND (d.valid_to IS NULL OR d.valid_to > t.base)
            """
        )
        var began: [DocumentID: StoredDocument] = [:]
        for row in rows {
            let id = try row.documentID()
            let spec = try SealedSpec(json: row.get("spec")).opened(cipher, id: id, revealing: false)
            began[id] = StoredDocument(
                document: Document(id: id, spec: spec),
                revision: try row.get("valid_from"),
                author: try row.get("author")
            )
        }
        let gone = try deletions(
            of: conflicts.filter { $0.current == nil && $0.change == nil }.map(\.id),
            on: connection
        )
        return conflicts.map { conflict in
            var conflict = conflict
            conflict.base = began[conflict.id]
            conflict.change = conflict.change ?? gone[conflict.id]
            return conflict
        }
    }

    private func deletions(
        of documents: [DocumentID],
        on connection: isolated PostgresConnection
    ) throws -> [DocumentID: DocumentConflict.Change] {
        guard !documents.isEmpty else { return [:] }
        let ids = documents.columns
        var found: [DocumentID: DocumentConflict.Change] = [:]
        let rows = try connection.query(
            """
            SELECT DISTINCT ON (d.kind, d.scope, d.team, d.name) d.kind, d.scope, d.team, d.name, d.valid_to, r.author
            FROM unnest(\(ids.kinds), \(ids.scopes), \(ids.teams), \(ids.names)) AS t (kind, scope, team, name)
            JOIN documents d USING (kind, scope, team, name)
            JOIN revisions r ON r.number = d.valid_to
            ORDER BY d.kind, d.scope, d.team, d.name, d.valid_from DESC
            """
        )
        for row in rows {
            found[try row.documentID()] = DocumentConflict.Change(
                author: try row.get("author"),
                revision: try row.get("valid_to"),
                draftVersion: nil
            )
        }
        return found
    }
}
