import JSON
import Postgres
import Values

/// Drafts: begun, listed, read, thrown away.
///
/// A shared one is seen by everybody who sees its team, or by the platform's people when it is of none. A private one is
/// its author's alone; not even a platform admin sees it.
extension HubStore {
    /// The authors' drafts are counted under this advisory lock.
    private static let authorLock: Int64 = 0x6F74_6472

    /// Begins a draft.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken, also by a draft that the actor does not see;
    ///   `.invalid` for a name, message or base that is none, or one draft too many.
    package func makeDraft(_ new: NewDraft) async throws -> Draft {
        try Self.check(name: new.name)
        try Self.check(message: new.message)
        let now = clock()
        let author = actor.principal
        let latest = try await latestRevision()
        let base = new.base ?? latest
        guard (0...latest).contains(base) else { throw Self.noSuchBase(base, latest) }
        let audit = AuditPlan<Draft>.entry(.changeDrafts, "draft \(new.name)", detail: "made")
        return try await write("store.makeDraft", "draft '\(new.name)' was not made", audit: audit) { connection in
            try connection.pipeline(authorSetting)
            let count: Int = try connection.pipeline([
                "SELECT pg_advisory_xact_lock(\(Self.authorLock)::integer, hashtext(\(author.name)))",
                """
                SELECT count(*) FROM drafts WHERE author_kind = \(author.kind.rawValue) AND author = \(author.name)
                """,
            ])[1][0].get(0)
            guard count < DraftLimits.draftsOfAuthor else {
                throw StoreError(.invalid, "'\(author.name)' has \(count) drafts: commit or discard one first")
            }
            let made = try connection.query(
                """
                INSERT INTO drafts (name, team, author_kind, author, is_shared, message, base, created_at, changed_at,
                    changed_by)
                VALUES (\(new.name), \(new.team ?? ""), \(author.kind.rawValue), \(author.name), \(new.isShared),
                    \(new.message), \(base), \(now), \(now), \(author.name))
                ON CONFLICT (name) DO NOTHING
                """
            ).affected
            guard made == 1 else {
                throw StoreError(.alreadyExists, "the name '\(new.name)' is taken by another draft: choose another")
            }
            return try draft(new.name, on: connection)
        }
    }

    /// One page of the drafts that the actor sees, by name and without their edits.
    ///
    /// `after`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func drafts(after: String? = nil, limit: Int = 100) async throws -> Page<Draft> {
        let limit = max(1, min(limit, 500))
        let visible = self.visible
        let found = try await read("drafts cannot be read") { connection in
            try connection.pipeline(authorSetting)
            return try connection.query(
                """
                SELECT \(Self.draftColumns) FROM drafts d WHERE d.name > \(after ?? "") AND \(visible)
                ORDER BY d.name LIMIT \(limit + 1)
                """
            ).map { try Draft(row: $0, edits: []) }
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.name : nil)
    }

    /// One draft with its edits.
    ///
    /// - `revealing`: whether secrets are in plaintext instead of markers.
    ///
    /// - Throws: `StoreError.Code.notFound` also for one that the actor does not see.
    package func draft(named name: String, revealing: Bool = false) async throws -> Draft {
        try await read("draft '\(name)' cannot be read") { connection in
            try connection.pipeline(authorSetting)
            return try draft(name, revealing: revealing, on: connection)
        }
    }

    /// Throws a draft away with all that is in it.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.stale` when it has another version than `expected`.
    package func discardDraft(named name: String, expected: Int64? = nil) async throws {
        let audit = AuditPlan<Void>.entry(.changeDrafts, "draft \(name)", detail: "discarded")
        try await write("store.discardDraft", "draft '\(name)' was not discarded", audit: audit) { connection in
            try connection.pipeline(authorSetting)
            _ = try lockedDraft(name, expected: expected, on: connection)
            try connection.query("DELETE FROM drafts WHERE name = \(name)")
        }
    }

    // MARK: - On a connection

    static let draftColumns: SQL = """
        d.name, d.team, d.author, d.is_shared, d.message, d.base, d.version, d.created_at, d.changed_at, d.changed_by,
        (SELECT count(*) FROM draft_edits e WHERE e.draft = d.name) AS edit_count
        """

    /// Tells the database's policies who acts.
    var authorSetting: [SQL] {
        guard actor.teams != nil else { return [] }
        let author = "\(actor.principal.kind.rawValue) \(actor.principal.name)"
        return ["SELECT set_config('otomi.author', \(author), true)"]
    }

    /// A condition for the drafts that the actor may see: shared ones and their own.
    private var visible: SQL {
        let principal = actor.principal
        guard principal.kind != .hub else { return "true" }
        return "(d.is_shared OR (d.author_kind = \(principal.kind.rawValue) AND d.author = \(principal.name)))"
    }

    /// A draft and its edits; the actor is known to the database (`authorSetting`).
    func draft(
        _ name: String,
        revealing: Bool = false,
        on connection: isolated PostgresConnection
    ) throws -> Draft {
        let row = try connection.query(
            "SELECT \(Self.draftColumns) FROM drafts d WHERE d.name = \(name) AND \(visible)"
        )
        .first.orNotFound("draft '\(name)'")
        return try Draft(
            row: row,
            edits: try edits(of: name, on: connection).map { try $0.shown(cipher, revealing: revealing) }
        )
    }

    /// A draft that nobody else changes until the transaction is over, without its edits.
    func lockedDraft(
        _ name: String,
        expected: Int64?,
        on connection: isolated PostgresConnection
    ) throws -> Draft {
        let row = try connection.query(
            "SELECT \(Self.draftColumns) FROM drafts d WHERE d.name = \(name) AND \(visible) FOR UPDATE"
        ).first.orNotFound("draft '\(name)'")
        let draft = try Draft(row: row, edits: [])
        if let expected, expected != draft.version {
            throw StoreError(
                .stale,
                "draft '\(name)' is at version \(draft.version), changed by \(draft.changedBy), and no longer at "
                    + "\(expected): look at it again"
            )
        }
        return draft
    }

    /// The edits of a draft as they are stored, in the order of documents.
    func edits(of draft: String, on connection: isolated PostgresConnection) throws -> [SealedEdit] {
        try connection.query(
            """
            SELECT kind, scope, team, name, spec, base, version, author, changed_at FROM draft_edits
            WHERE draft = \(draft)
            """
        ).map(SealedEdit.init(row:)).sorted { $0.id < $1.id }
    }

    // MARK: - Checks

    static func noSuchBase(_ base: Int64, _ latest: Int64) -> StoreError {
        StoreError(.invalid, "base revision \(base) does not exist; the latest is \(latest)")
    }

    static func check(message: String) throws(StoreError) {
        guard message.utf8.count <= DraftLimits.messageBytes else {
            throw StoreError(.invalid, "the message is longer than \(DraftLimits.messageBytes) bytes")
        }
    }

    private static func check(name: String) throws(StoreError) {
        guard NameRule.cluster.accepts(name) else {
            throw StoreError(.invalid, "'\(name)' is no name of a draft: it takes \(NameRule.cluster.expectation)")
        }
    }
}

extension Draft {
    init(row: PostgresRow, edits: [DraftEdit]) throws {
        let team: String = try row.get("team")
        self.init(
            name: try row.get("name"),
            team: team.isEmpty ? nil : team,
            author: try row.get("author"),
            isShared: try row.get("is_shared"),
            message: try row.get("message"),
            base: try row.get("base"),
            version: try row.get("version"),
            createdAt: try row.get("created_at"),
            changedAt: try row.get("changed_at"),
            changedBy: try row.get("changed_by"),
            editCount: try row.get("edit_count"),
            edits: edits
        )
    }
}
