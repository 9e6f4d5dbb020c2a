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
    /// at. The history's rows change in nothing but their ciphertexts, which the database makes sure of. A row with a secret
    /// that cannot be opened is left as it is, and holds nothing else up.
    ///
    /// - `batch`: called after each transaction, with the rows sealed anew so far.
    /// - Returns: how many rows were sealed anew, and which could not be.
    /// - Throws: `StoreError`.
    @discardableResult
    package func renewSecrets(
        batch: @Sendable (_ done: Int) async throws -> Void = { _ in }
    ) async throws -> RenewedSecrets {
        try await readDataKeys()
        var renewed = RenewedSecrets()
        try await renew(from: RowCursor(), &renewed, batch) { try await renewDocuments(after: $0) }
        try await renew(from: DraftEditCursor(), &renewed, batch) { try await renewDraftEdits(after: $0) }
        for column in SealedColumn.all {
            try await renew(from: "", &renewed, batch) { try await renew(column, after: $0) }
        }
        try await dropUnusedDataKeys()
        return renewed
    }

    /// Goes on from step to step while there is more than one key.
    private func renew<Cursor>(
        from start: Cursor,
        _ renewed: inout RenewedSecrets,
        _ batch: @Sendable (_ done: Int) async throws -> Void,
        _ step: (Cursor) async throws -> RenewalStep<Cursor>
    ) async throws {
        var cursor: Cursor? = start
        while let position = cursor, cipher.ring.numbers.count > 1 {
            let done = try await step(position)
            cursor = done.next
            renewed.add(done)
            if done.renewed > 0 || done.next != nil { try await batch(renewed.renewed) }
        }
    }

    /// The place of one row of the documents' history.
    private struct RowCursor: Sendable {
        var kind = ""
        var scope = ""
        var team = ""
        var name = ""
        var validFrom: Int64 = 0
    }

    private func renewDocuments(after cursor: RowCursor) async throws -> RenewalStep<RowCursor> {
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
            var step = RenewalStep<RowCursor>()
            for row in rows {
                let id = try row.documentID()
                let place = RowCursor(
                    kind: id.kind.rawValue,
                    scope: id.scope.description,
                    team: id.team ?? "",
                    name: id.name,
                    validFrom: try row.get("valid_from")
                )
                try step.renew("\(id) since revision \(place.validFrom)") {
                    let spec = try SealedSpec(json: row.get("spec")).renewed(cipher, id: id)
                    try connection.query(
                        """
                        UPDATE documents SET spec = \(spec.json)
                        WHERE kind = \(place.kind) AND scope = \(place.scope) AND team = \(place.team)
                            AND name = \(place.name) AND valid_from = \(place.validFrom)
                        """
                    )
                }
                step.next = rows.count == Self.renewalBatch ? place : nil
            }
            return step
        }
    }

    private func renew(_ column: SealedColumn, after cursor: String) async throws -> RenewalStep<String> {
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
                WHERE \(column.keyText) > \(cursor) AND \(identifier: column.column) ~ \(SealedColumn.pattern(of: old))
                ORDER BY \(column.keyText) LIMIT \(Self.renewalBatch) FOR UPDATE SKIP LOCKED
                """
            )
            var step = RenewalStep<String>()
            for row in rows {
                let key: String = try row.get(0)
                let values = try column.parts.indices.map { try row.get(2 + $0, as: String.self) }
                let context = column.context(key, values)
                // Nobody knows anything by the hash of a secret.
                try step.renew(column.hasBinaryKey ? "a row of \(column.table)" : context) {
                    let sealed = try cipher.renewed(try row.get(1), context: context)
                    try connection.query(
                        """
                        UPDATE \(identifier: column.table) SET \(identifier: column.column) = \(sealed)
                        WHERE \(column.isRow(key))
                        """
                    )
                }
                step.next = rows.count == Self.renewalBatch ? key : nil
            }
            return step
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
