import JSON
import Postgres
package import Values

/// What became of documents from revision to revision.
extension HubStore {
    /// How many revisions one page of a cluster's history looks at.
    static let clusterHistoryWindow = 200
    /// How far apart those may be, which differs where somebody does not see every revision.
    private static let clusterHistorySpan: Int64 = 1_000

    /// The revisions that changed documents that match, the newest first.
    ///
    /// `before`: only those below this number; the last one's number gives the next page.
    ///
    /// - Throws: `StoreError`.
    package func revisions(
        changing filter: DocumentFilter,
        before: Int64? = nil,
        limit: Int = 100
    ) async throws -> [Revision] {
        let bound = before ?? .max
        let limit = max(1, min(limit, 1000))
        let (matching, changeCount) = (Self.matching(filter), self.changeCount)
        return try await read("revisions cannot be read") { connection in
            try connection.query(
                """
                SELECT number, author, message, committed_at, \(changeCount) AS change_count FROM revisions
                WHERE number < \(bound) AND number IN (
                    SELECT d.valid_from FROM documents d WHERE \(matching)
                    UNION SELECT d.valid_to FROM documents d WHERE d.valid_to IS NOT NULL AND \(matching)
                )
                ORDER BY number DESC LIMIT \(limit)
                """
            ).map(Revision.init(row:))
        }
    }

    /// What each of some revisions did to documents that match, in the order of documents.
    ///
    /// - Throws: `StoreError`.
    package func differences(
        of revisions: [Int64],
        _ filter: DocumentFilter = DocumentFilter()
    ) async throws -> [Int64: [DocumentDifference]] {
        let matching = Self.matching(filter)
        let wanted = Set(revisions)
        var before: [Int64: [DocumentID: StoredDocument]] = [:]
        var after: [Int64: [DocumentID: StoredDocument]] = [:]
        for form in try await forms(
            "(d.valid_from = ANY (\(revisions)) OR d.valid_to = ANY (\(revisions))) AND \(matching)"
        ) {
            let document = form.document
            if wanted.contains(document.revision) { after[document.revision, default: [:]][form.id] = document }
            if let end = form.validTo, wanted.contains(end) { before[end, default: [:]][form.id] = document }
        }
        var found: [Int64: [DocumentDifference]] = [:]
        for number in wanted {
            let (old, new) = (before[number] ?? [:], after[number] ?? [:])
            found[number] = Set(old.keys).union(new.keys).sorted()
                .compactMap { DocumentDifference(id: $0, before: old[$0], after: new[$0]) }
        }
        return found
    }

    /// What differs between the values at two revisions, in the order of documents.
    ///
    /// A document that came back to what it was does not differ.
    ///
    /// - Parameters:
    ///   - from: the revision that is before.
    ///   - to: the revision that is after; it may be the older one.
    ///   - filter: which documents count.
    /// - Returns: one difference for each document.
    /// - Throws: `StoreError`.
    package func differences(
        from: Int64,
        to: Int64,
        _ filter: DocumentFilter = DocumentFilter()
    ) async throws -> [DocumentDifference] {
        let matching = Self.matching(filter)
        var (old, new): ([DocumentID: Form], [DocumentID: Form]) = ([:], [:])
        // What holds at both cannot differ.
        for form in try await forms(
            """
            ((d.valid_from <= \(from) AND (d.valid_to IS NULL OR d.valid_to > \(from)))
                <> (d.valid_from <= \(to) AND (d.valid_to IS NULL OR d.valid_to > \(to)))) AND \(matching)
            """
        ) {
            if form.holds(at: from) { old[form.id] = form } else { new[form.id] = form }
        }
        return Set(old.keys).union(new.keys).sorted().compactMap { id in
            if let left = old[id], let right = new[id], left.spec.holdsSame(as: right.spec) { return nil }
            return DocumentDifference(id: id, before: old[id]?.document, after: new[id]?.document)
        }
    }

    /// The revisions that changed a document that applied to a cluster before or after, the newest first.
    ///
    /// One page looks at `clusterHistoryWindow` revisions at most, so it may have fewer than `limit` and yet not be the last.
    ///
    /// `before`: only those below this number; `next` gives the next page.
    ///
    /// - Throws: `StoreError`.
    package func revisions(
        of cluster: ClusterIdentity,
        before: Int64? = nil,
        limit: Int = 100
    ) async throws -> Page<Revision> {
        let candidates = try await revisions(before: before, limit: Self.clusterHistoryWindow)
        guard let newest = candidates.first?.number, let last = candidates.last?.number else {
            return Page(items: [], next: nil)
        }
        let oldest = max(last, newest - Self.clusterHistorySpan)
        let isLast = candidates.count < Self.clusterHistoryWindow && oldest == last
        // Groups and placements say what applies, whoever asks; what was changed is only what they may see.
        let whole = unbound
        let changes = try await whole.differences(of: Array(oldest...newest))
        var history = ClusterHistory(cluster, try await whole.allDocuments(at: newest))
        var found: [Revision] = []
        let byNumber = Dictionary(candidates.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        for number in (oldest...newest).reversed() where found.count < limit {
            let all = changes[number] ?? []
            let own = all.filter { change in
                actor.teams.map { change.id.owningTeam.map($0.contains) ?? false } ?? true
            }
            let applies = history.undo(all, judging: byNumber[number] == nil ? [] : own)
            if applies, let revision = byNumber[number] { found.append(revision) }
        }
        let next = found.count == limit ? found.last?.number : isLast ? nil : oldest
        return Page(items: found, next: next.map(String.init))
    }

    // MARK: - Forms

    /// One form that a document had.
    private struct Form: Sendable {
        let document: StoredDocument
        let spec: SealedSpec
        let validTo: Int64?

        var id: DocumentID { document.document.id }

        func holds(at revision: Int64) -> Bool {
            document.revision <= revision && (validTo.map { $0 > revision } ?? true)
        }
    }

    private func forms(_ condition: SQL) async throws -> [Form] {
        try await read("the history of documents cannot be read") { connection in
            try connection.query(
                """
                SELECT d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, d.valid_to, r.author
                FROM documents d JOIN revisions r ON r.number = d.valid_from WHERE \(condition)
                """
            ).map { row in
                let id = try row.documentID()
                let spec = SealedSpec(json: try row.get("spec"))
                return Form(
                    document: StoredDocument(
                        document: Document(id: id, spec: try spec.opened(cipher, id: id, revealing: false)),
                        revision: try row.get("valid_from"),
                        author: try row.get("author")
                    ),
                    spec: spec,
                    validTo: try row.get("valid_to")
                )
            }
        }
    }
}
