import JSON
import Postgres
import Values

extension HubStore {
    /// How many rows one transaction seals anew; a commit waits at most for that.
    static let renewalBatch = 50

    /// Seals everything anew that is not under the latest data key, in small transactions, and drops the keys that nothing
    /// needs any more.
    ///
    /// It may be stopped at any moment and started again, and run on several replicas at once: each takes what no other is
    /// at. The history's rows change in nothing but their ciphertexts, which the database makes sure of.
    ///
    /// - `batch`: called after each transaction, with the rows done so far.
    /// - Returns: how many rows were sealed anew.
    /// - Throws: `StoreError`.
    @discardableResult
    package func renewSecrets(batch: @Sendable (_ done: Int) async throws -> Void = { _ in }) async throws -> Int {
        try await readDataKeys()
        var done = 0
        var cursor: RowCursor? = RowCursor()
        while let position = cursor, cipher.ring.numbers.count > 1 {
            let step = try await renewDocuments(after: position)
            cursor = step.next
            done += step.count
            if step.count > 0 { try await batch(done) }
        }
        var edits = Self.renewalBatch
        while edits == Self.renewalBatch, cipher.ring.numbers.count > 1 {
            edits = try await renewDraftEdits()
            done += edits
            if edits > 0 { try await batch(done) }
        }
        for column in SealedColumn.all where cipher.ring.numbers.count > 1 {
            var count = Self.renewalBatch
            while count == Self.renewalBatch {
                count = try await renew(column)
                done += count
                if count > 0 { try await batch(done) }
            }
        }
        try await dropUnusedDataKeys()
        return done
    }

    /// The place of one row of the documents' history.
    private struct RowCursor: Sendable {
        var kind = ""
        var scope = ""
        var team = ""
        var name = ""
        var validFrom: Int64 = 0
    }

    private func renewDocuments(after cursor: RowCursor) async throws -> (count: Int, next: RowCursor?) {
        try await write(
            "store.renewSecrets",
            "secrets could not be sealed anew",
            audit: .notAudited("the same secrets under another key")
        ) { connection in
            let cipher = try cipher.held(on: connection)
            let old = cipher.ring.numbers.subtracting([cipher.number]).sorted()
            let rows = try connection.query(
                """
                SELECT kind, scope, team, name, valid_from, spec FROM documents
                WHERE (kind, scope, team, name, valid_from)
                    > (\(cursor.kind), \(cursor.scope), \(cursor.team), \(cursor.name), \(cursor.validFrom))
                    AND spec::text ~ \(SealedColumn.specPattern(of: old))
                ORDER BY kind, scope, team, name, valid_from LIMIT \(Self.renewalBatch)
                FOR UPDATE SKIP LOCKED
                """
            )
            var next: RowCursor?
            for row in rows {
                let id = try row.documentID()
                let validFrom: Int64 = try row.get("valid_from")
                let spec = try SealedSpec(json: row.get("spec")).renewed(cipher, id: id)
                let place = RowCursor(
                    kind: id.kind.rawValue,
                    scope: id.scope.description,
                    team: id.team ?? "",
                    name: id.name,
                    validFrom: validFrom
                )
                try connection.query(
                    """
                    UPDATE documents SET spec = \(spec.json)
                    WHERE kind = \(place.kind) AND scope = \(place.scope) AND team = \(place.team)
                        AND name = \(place.name) AND valid_from = \(validFrom)
                    """
                )
                next = place
            }
            return (rows.count, rows.count == Self.renewalBatch ? next : nil)
        }
    }

    private func renew(_ column: SealedColumn) async throws -> Int {
        try await write(
            "store.renewSecrets",
            "\(column.table) could not be sealed anew",
            audit: .notAudited("the same secrets under another key")
        ) { connection in
            let cipher = try cipher.held(on: connection)
            let old = cipher.ring.numbers.subtracting([cipher.number]).sorted()
            var parts: SQL = ""
            for part in column.parts { parts = "\(parts), \(identifier: part)" }
            let rows = try connection.query(
                """
                SELECT \(column.keyText), \(identifier: column.column)\(parts) FROM \(identifier: column.table)
                WHERE \(identifier: column.column) ~ \(SealedColumn.pattern(of: old))
                LIMIT \(Self.renewalBatch) FOR UPDATE SKIP LOCKED
                """
            )
            for row in rows {
                let key: String = try row.get(0)
                let values = try column.parts.indices.map { try row.get(2 + $0, as: String.self) }
                let sealed = try cipher.renewed(try row.get(1), context: column.context(key, values))
                try connection.query(
                    """
                    UPDATE \(identifier: column.table) SET \(identifier: column.column) = \(sealed)
                    WHERE \(column.isRow(key))
                    """
                )
            }
            return rows.count
        }
    }

    /// Deletes the data keys but the latest that nothing is sealed under.
    private func dropUnusedDataKeys() async throws {
        let ring = cipher.ring
        for number in ring.numbers.sorted() where number < ring.latest {
            try await write(
                "store.dropDataKey",
                "data key \(number) was not dropped",
                audit: .notAudited("nothing is sealed under it any more")
            ) { connection in
                // Waits for transactions that still seal under it; whoever comes later finds it gone, and takes the latest.
                try connection.query("SELECT 1 FROM data_keys WHERE id = \(number)::integer FOR UPDATE")
                guard try Self.uses(of: [number], on: connection) == 0 else { return }
                try connection.pipeline([
                    "DELETE FROM data_keys WHERE id = \(number)::integer",
                    "SELECT pg_notify(\(Channel.dataKeys), \(String(number)))",
                ])
            }
        }
        try await readDataKeys()
    }
}
