import JSON
import Postgres
import Values

extension HubStore {
    /// Seals some of the drafts' secrets anew that are not under the latest data key; whoever has a draft locked does not
    /// wait for it.
    ///
    /// - Returns: how many edits; less than `renewalBatch` when there are no more.
    func renewDraftEdits() async throws -> Int {
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
                WHERE spec::text ~ \(SealedColumn.specPattern(of: old))
                LIMIT \(Self.renewalBatch) FOR UPDATE SKIP LOCKED
                """
            )
            for row in rows {
                let id = try row.documentID()
                let draft: String = try row.get("draft")
                let spec = try SealedSpec(json: row.get("spec")).renewed(cipher, id: id)
                try connection.query(
                    """
                    UPDATE draft_edits SET spec = \(spec.json)
                    WHERE draft = \(draft) AND kind = \(id.kind.rawValue) AND scope = \(id.scope.description)
                        AND team = \(id.team ?? "") AND name = \(id.name)
                    """
                )
            }
            return rows.count
        }
    }
}
