import Concurrency
import JSON
import Postgres
package import Values

/// What people do in a draft. Secrets are sealed there as in documents.
extension HubStore {
    /// Changes a draft: puts documents, marks them for removal, throws edits away; all of it or nothing.
    ///
    /// What is there just so already is left alone; when all is, the draft keeps its version.
    ///
    /// - Throws: `StoreError.Code.notFound`; `.stale` when the draft has another version than expected; `.conflict` with
    ///   both sides for documents that somebody else has edited in it; `.invalid` for what does not belong in it, or is too
    ///   much for one draft.
    package func changeDraft(named name: String, _ change: DraftChange) async throws -> Draft {
        let touched = change.put.map(\.id) + change.delete + change.drop
        var seen: Set<DocumentID> = []
        if let twice = touched.first(where: { !seen.insert($0).inserted }) {
            throw StoreError(.invalid, "\(twice) is named twice in one change: name it once")
        }
        if let message = change.message { try Self.check(message: message) }
        let latest = try await latestRevision()
        let audit = AuditPlan<DraftStep> { step in
            step.isChange ? [AuditEntry(.changeDrafts, "draft \(name)", detail: change.summary)] : []
        }
        return try await write("store.changeDraft", "draft '\(name)' was not changed", audit: audit) { connection in
            try connection.pipeline(authorSetting)
            let draft = try lockedDraft(name, expected: change.expected, on: connection)
            if let base = change.base, !(0...latest).contains(base) { throw Self.noSuchBase(base, latest) }
            try Self.check(change, belongsIn: draft, of: actor.principal)
            let plan = try plan(change, draft, on: connection)
            guard plan.isChange(of: draft) else {
                return DraftStep(draft: try self.draft(name, on: connection), isChange: false)
            }
            try write(plan, to: draft, on: connection)
            return DraftStep(draft: try self.draft(name, on: connection), isChange: true)
        }.draft
    }

    /// Brings a draft up to the latest revision: what nobody else has changed is based on it from now on.
    ///
    /// - Parameters:
    ///   - name: the draft's.
    ///   - expected: the version that it must have; `nil` for any.
    ///   - mine: clashing documents that stay as the draft has them.
    ///   - theirs: clashing documents whose edits are thrown away.
    /// - Returns: the draft, and what still clashes: both sides and what they began with.
    /// - Throws: `StoreError.Code.notFound` for no such draft or edit; `.stale`.
    package func rebaseDraft(
        named name: String,
        expected: Int64? = nil,
        mine: Set<DocumentID> = [],
        theirs: Set<DocumentID> = []
    ) async throws -> DraftRebase {
        if let both = mine.intersection(theirs).min() {
            throw StoreError(.invalid, "\(both) cannot be taken from both sides: name it once")
        }
        let audit = AuditPlan<RebaseStep> { step in
            let detail = "brought up to revision \(step.result.draft.base)"
            return step.isChange ? [AuditEntry(.changeDrafts, "draft \(name)", detail: detail)] : []
        }
        return try await write("store.rebaseDraft", "draft '\(name)' was not rebased", audit: audit) { connection in
            try connection.pipeline(authorSetting)
            let draft = try lockedDraft(name, expected: expected, on: connection)
            let edits = try edits(of: name, on: connection)
            for id in mine.union(theirs).sorted() where !edits.contains(where: { $0.id == id }) {
                throw Self.noSuchEdit(id, name)
            }
            // Only now: until the draft was locked, an edit could be made on a later revision.
            let latest = try latestOfAll(on: connection)
            let forms = try forms(of: edits.map(\.id), at: latest, on: connection)
            let plan = RebasePlan(edits, forms, latest: latest, mine: mine, theirs: theirs)
            var conflicts: [DocumentConflict] = []
            for edit in plan.clashing {
                conflicts.append(
                    DocumentConflict(
                        id: edit.id,
                        wanted: try edit.document(cipher),
                        current: try forms[edit.id].flatMap { $0.isLive ? $0 : nil }?.shown(edit.id, cipher)
                    )
                )
            }
            let bases = Dictionary(edits.map { ($0.id, $0.base) }, uniquingKeysWith: { first, _ in first })
            let shown = try completing(conflicts, bases: bases, on: connection)
            let isChange = draft.base != latest || !plan.dropped.isEmpty || !plan.rebased.isEmpty
            if isChange { try write(plan, to: draft, latest: latest, on: connection) }
            let result = DraftRebase(
                draft: try self.draft(name, on: connection),
                dropped: plan.dropped,
                conflicts: shown
            )
            return RebaseStep(result: result, isChange: isChange)
        }.result
    }

    /// The latest revision, whether or not it changed something of the actor's teams.
    private func latestOfAll(on connection: isolated PostgresConnection) throws -> Int64 {
        try connection.pipeline(TeamRows.unbind(actor.teams))
        let latest: Int64 = try connection.query("SELECT coalesce(max(number), 0) FROM revisions")[0].get(0)
        try connection.pipeline(TeamRows.bind(to: actor.teams))
        return latest
    }

    private struct DraftStep: Sendable {
        let draft: Draft
        let isChange: Bool
    }

    private struct RebaseStep: Sendable {
        let result: DraftRebase
        let isChange: Bool
    }

    // MARK: - Planning

    /// What a change comes to, against what the draft and the values hold.
    private struct EditPlan {
        var put: [(id: DocumentID, spec: SealedSpec)] = []
        var delete: [DocumentID] = []
        var drop: [DocumentID] = []
        let base: Int64
        let message: String?
        let isShared: Bool?

        func isChange(of draft: Draft) -> Bool {
            !put.isEmpty || !delete.isEmpty || !drop.isEmpty || (message ?? draft.message) != draft.message
                || (isShared ?? draft.isShared) != draft.isShared
        }
    }

    private func plan(
        _ change: DraftChange,
        _ draft: Draft,
        on connection: isolated PostgresConnection
    ) throws -> EditPlan {
        let stored = Dictionary(
            try edits(of: draft.name, on: connection).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let base = change.base ?? draft.base
        var plan = EditPlan(base: base, message: change.message, isShared: change.isShared)
        let sources = try sources(of: change, base: base, on: connection)
        // No data key is a team's.
        try connection.pipeline(TeamRows.unbind(actor.teams))
        let cipher = try cipher.held(on: connection)
        try connection.pipeline(TeamRows.bind(to: actor.teams))
        var clashes = Clashes(change, of: actor.principal.name, cipher)
        for document in change.put {
            let edit = stored[document.id]
            let spec = try sealed(document, change, edit?.spec, sources[document.id] ?? [], cipher)
            guard edit?.leads(to: spec) != true else { continue }
            let isFree = try clashes.passes(edit) {
                Document(id: document.id, spec: try spec.opened(cipher, id: document.id, revealing: false))
            }
            if isFree { plan.put.append((document.id, spec)) }
        }
        for id in change.delete where stored[id]?.leads(to: nil) != true {
            if try clashes.passes(stored[id]) { plan.delete.append(id) }
        }
        for id in change.drop {
            guard let edit = stored[id] else { throw Self.noSuchEdit(id, draft.name) }
            if try clashes.passes(edit) { plan.drop.append(id) }
        }
        guard clashes.found.isEmpty else {
            let bases = Dictionary(stored.map { ($0, $1.base) }, uniquingKeysWith: { first, _ in first })
            throw StoreError(
                .conflict,
                "\(Self.names(clashes.found)) in draft '\(draft.name)' was edited by somebody else: look at the draft's "
                    + "version \(draft.version), and say that you have seen it to replace what is there",
                conflicts: try completing(clashes.found, bases: bases, on: connection)
            )
        }
        return plan
    }

    /// What of a change meets edits of others that its author has not seen.
    private struct Clashes {
        private(set) var found: [DocumentConflict] = []
        private let seen: Int64?
        private let author: String
        private let cipher: SecretCipher

        init(_ change: DraftChange, of author: String, _ cipher: SecretCipher) {
            seen = change.seen
            self.author = author
            self.cipher = cipher
        }

        /// Whether an edit may be replaced; if not, it is noted beside what was `wanted` in its place.
        mutating func passes(_ edit: SealedEdit?, _ wanted: () throws -> Document? = { nil }) throws -> Bool {
            guard let edit, seen.map({ edit.version > $0 }) ?? (edit.author != author) else { return true }
            found.append(try HubStore.conflict(try wanted(), edit, cipher))
            return false
        }
    }

    /// The document sealed: as it is stored at the revision that it is carried from, or as it was sent.
    private func sealed(
        _ document: Document,
        _ change: DraftChange,
        _ edited: SealedSpec?,
        _ sources: [SealedSpec],
        _ cipher: SecretCipher
    ) throws(StoreError) -> SealedSpec {
        guard let revision = change.carriedFrom else {
            let kept = [edited].compactMap(\.self) + sources
            return try SealedSpec(sealing: document, keeping: kept, with: cipher)
        }
        guard let spec = sources.first else {
            throw StoreError(.notFound, "there was no \(document.id) at revision \(revision)")
        }
        return try spec.renewed(cipher, id: document.id)
    }

    /// The forms of the documents whose secrets a change may keep: those of its base and the current ones, or only that of
    /// the revision that it is carried from.
    private func sources(
        of change: DraftChange,
        base: Int64,
        on connection: isolated PostgresConnection
    ) throws -> [DocumentID: [SealedSpec]] {
        let ids = change.put.map(\.id).columns
        let isAsked: SQL
        if let revision = change.carriedFrom {
            isAsked = "d.valid_from <= \(revision) AND (d.valid_to IS NULL OR d.valid_to > \(revision))"
        } else {
            isAsked = "d.valid_to IS NULL OR (d.valid_from <= \(base) AND d.valid_to > \(base))"
        }
        let rows = try connection.query(
            """
            SELECT d.kind, d.scope, d.team, d.name, d.spec
            FROM unnest(\(ids.kinds), \(ids.scopes), \(ids.teams), \(ids.names)) AS t (kind, scope, team, name)
            JOIN documents d USING (kind, scope, team, name)
            WHERE \(isAsked)
            """
        )
        var found: [DocumentID: [SealedSpec]] = [:]
        for row in rows { found[try row.documentID(), default: []].append(SealedSpec(json: try row.get("spec"))) }
        return found
    }

    // MARK: - Writing

    private func write(_ plan: EditPlan, to draft: Draft, on connection: isolated PostgresConnection) throws {
        let now = clock()
        let author = actor.principal.name
        let version = draft.version + 1
        let put = plan.put.map(\.id).columns
        let specs = plan.put.map(\.spec.json)
        let delete = plan.delete.columns
        let update: SQL = """
            ON CONFLICT (draft, kind, scope, team, name) DO UPDATE SET spec = excluded.spec, base = excluded.base,
                version = excluded.version, author = excluded.author, changed_at = excluded.changed_at
            """
        try connection.pipeline([
            Self.dropping(plan.drop, from: draft.name),
            """
            INSERT INTO draft_edits (draft, kind, scope, team, name, spec, base, version, author, changed_at)
            SELECT \(draft.name), kind, scope, team, name, spec, \(plan.base), \(version), \(author), \(now)
            FROM unnest(\(put.kinds), \(put.scopes), \(put.teams), \(put.names), \(specs))
                AS t (kind, scope, team, name, spec)
            \(update)
            """,
            """
            INSERT INTO draft_edits (draft, kind, scope, team, name, base, version, author, changed_at)
            SELECT \(draft.name), kind, scope, team, name, \(plan.base), \(version), \(author), \(now)
            FROM unnest(\(delete.kinds), \(delete.scopes), \(delete.teams), \(delete.names)) AS t (kind, scope, team, name)
            \(update)
            """,
            """
            UPDATE drafts SET version = \(version), changed_at = \(now), changed_by = \(author),
                message = \(plan.message ?? draft.message), is_shared = \(plan.isShared ?? draft.isShared)
            WHERE name = \(draft.name)
            """,
        ])
        let size = try connection.query(
            """
            SELECT count(*) AS edits, coalesce(sum(octet_length(spec::text)), 0)::bigint AS bytes
            FROM draft_edits WHERE draft = \(draft.name)
            """
        )[0]
        let (edits, bytes): (Int, Int) = (try size.get("edits"), try size.get("bytes"))
        guard edits <= DraftLimits.edits, bytes <= DraftLimits.bytes else {
            throw StoreError(
                .invalid,
                "draft '\(draft.name)' would hold \(edits) documents of \(bytes) bytes; \(DraftLimits.edits) documents and "
                    + "\(DraftLimits.bytes) bytes are the most: commit a part of it first"
            )
        }
    }

    private func write(
        _ plan: RebasePlan,
        to draft: Draft,
        latest: Int64,
        on connection: isolated PostgresConnection
    ) throws {
        let rebased = plan.rebased.columns
        try connection.pipeline([
            Self.dropping(plan.dropped, from: draft.name),
            """
            UPDATE draft_edits e SET base = \(latest)
            FROM unnest(\(rebased.kinds), \(rebased.scopes), \(rebased.teams), \(rebased.names))
                AS t (kind, scope, team, name)
            WHERE e.draft = \(draft.name) AND (e.kind, e.scope, e.team, e.name) = (t.kind, t.scope, t.team, t.name)
            """,
            """
            UPDATE drafts SET base = \(latest), version = version + 1, changed_at = \(clock()),
                changed_by = \(actor.principal.name)
            WHERE name = \(draft.name)
            """,
        ])
    }

    private static func dropping(_ ids: [DocumentID], from draft: String) -> SQL {
        let dropped = ids.columns
        return """
            DELETE FROM draft_edits e
            USING unnest(\(dropped.kinds), \(dropped.scopes), \(dropped.teams), \(dropped.names))
                AS t (kind, scope, team, name)
            WHERE e.draft = \(draft) AND (e.kind, e.scope, e.team, e.name) = (t.kind, t.scope, t.team, t.name)
            """
    }

    // MARK: - Checks

    private static func check(
        _ change: DraftChange,
        belongsIn draft: Draft,
        of principal: Principal
    ) throws(StoreError) {
        if let isShared = change.isShared, isShared != draft.isShared, draft.author != principal.name {
            throw StoreError(.invalid, "only '\(draft.author)', who began draft '\(draft.name)', decides who sees it")
        }
        guard let team = draft.team else { return }
        if let other = (change.put.map(\.id) + change.delete).first(where: { $0.owningTeam != team }) {
            throw StoreError(
                .invalid,
                "draft '\(draft.name)' is team \(team)'s and holds its documents only, not \(other): begin another draft"
            )
        }
    }

    private static func noSuchEdit(_ id: DocumentID, _ draft: String) -> StoreError {
        StoreError(.notFound, "draft '\(draft)' does nothing to \(id)")
    }

    private static func names(_ conflicts: [DocumentConflict]) -> String {
        let names = conflicts.prefix(3).map(\.id.description).joined(separator: ", ")
        return conflicts.count > 3 ? "\(names), …" : names
    }

    /// Both sides of a document that two people have edited in one draft.
    private static func conflict(
        _ wanted: Document?,
        _ edit: SealedEdit,
        _ cipher: SecretCipher
    ) throws(StoreError) -> DocumentConflict {
        DocumentConflict(
            id: edit.id,
            wanted: wanted,
            current: try edit.document(cipher).map {
                StoredDocument(document: $0, revision: edit.base, author: edit.author)
            },
            change: DocumentConflict.Change(author: edit.author, revision: edit.base, draftVersion: edit.version)
        )
    }
}

extension DraftChange {
    /// What it does, for the audit log.
    fileprivate var summary: String {
        var parts: [String] = []
        if !put.isEmpty { parts.append("\(put.count) put") }
        if !delete.isEmpty { parts.append("\(delete.count) to go") }
        if !drop.isEmpty { parts.append("\(drop.count) dropped") }
        if let isShared { parts.append(isShared ? "shared" : "made private") }
        if message != nil { parts.append("message") }
        return parts.joined(separator: ", ")
    }
}
