import JSON
import Postgres
import Values

/// The place of one edit of a draft.
struct DraftEditCursor: Sendable {
    var draft = ""
    var kind = ""
    var scope = ""
    var team = ""
    var name = ""
}

extension HubStore {
    /// Seals some of the drafts' secrets anew that are not under the latest data key; whoever has a draft locked does not
    /// wait for it.
    ///
    /// - Returns: what became of them, and where the next ones begin.
    /// - Throws: `StoreError`.
    func renewDraftEdits(after cursor: DraftEditCursor) async throws -> RenewalStep<DraftEditCursor> {
        try await write(
            "store.renewSecrets",
            "the drafts' secrets could not be sealed anew",
            audit: .notAudited("the same secrets under another key")
        ) { connection in
            let cipher = try cipher.held(on: connection)
            let old = cipher.ring.numbers.subtracting([cipher.number]).sorted()
            let rows = try connection.query(
                """
                SELECT draft, kind, scope, team, name, spec FROM draft_edits
                WHERE (draft, kind, scope, team, name)
                    > (\(cursor.draft), \(cursor.kind), \(cursor.scope), \(cursor.team), \(cursor.name))
                    AND spec::text ~ \(SealedColumn.specPattern(of: old))
                ORDER BY draft, kind, scope, team, name LIMIT \(Self.renewalBatch) FOR UPDATE SKIP LOCKED
                """
            )
            var step = RenewalStep<DraftEditCursor>()
            for row in rows {
                let id = try row.documentID()
                let place = DraftEditCursor(
                    draft: try row.get("draft"),
                    kind: id.kind.rawValue,
                    scope: id.scope.description,
                    team: id.team ?? "",
                    name: id.name
                )
                try step.renew("\(id) in draft \(place.draft)") {
                    let spec = try SealedSpec(json: row.get("spec")).renewed(cipher, id: id)
                    try connection.query(
                        """
                        UPDATE draft_edits SET spec = \(spec.json)
                        WHERE draft = \(place.draft) AND kind = \(place.kind) AND scope = \(place.scope)
                            AND team = \(place.team) AND name = \(place.name)
                        """
                    )
                }
                step.next = rows.count == Self.renewalBatch ? place : nil
            }
            return step
        }
    }
}
