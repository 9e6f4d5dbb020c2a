import JSON
import Postgres
package import Values

/// The values as a change would make them, and as they are.
package struct PreviewedValues: Sendable {
    package let before: [StoredDocument]
    package let after: [StoredDocument]
}

extension HubStore {
    /// What the values of `revision` would be with a change, secrets in the clear; nothing is written.
    ///
    /// A marker of a secret stands for the stored secret that it refers to, as in a commit.
    ///
    /// - Parameters:
    ///   - put: the documents to write.
    ///   - delete: the documents to remove; what is not there stays away.
    ///   - revision: the revision that the change is made on.
    /// - Returns: the values before and after.
    /// - Throws: `StoreError.Code.invalid` for a marker that refers to nothing, `.undecipherable`.
    package func preview(
        put: [Document],
        delete: [DocumentID] = [],
        at revision: Int64
    ) async throws -> PreviewedValues {
        try await read("the change cannot be worked out") { connection in
            let rows = try connection.query(
                """
                SELECT d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, r.author
                FROM documents d JOIN revisions r ON r.number = d.valid_from
                WHERE d.valid_from <= \(revision) AND (d.valid_to IS NULL OR d.valid_to > \(revision))
                ORDER BY d.kind, d.scope, d.team, d.name
                """
            )
            var sealed: [DocumentID: SealedSpec] = [:]
            var before: [StoredDocument] = []
            for row in rows {
                let id = try row.documentID()
                let spec = SealedSpec(json: try row.get("spec"))
                sealed[id] = spec
                before.append(
                    StoredDocument(
                        document: Document(id: id, spec: try spec.opened(cipher, id: id, revealing: true)),
                        revision: try row.get("valid_from"),
                        author: try row.get("author")
                    )
                )
            }
            let gone = Set(delete)
            var changed: [DocumentID: StoredDocument] = [:]
            for document in put {
                let spec = try SealedSpec(sealing: document, keeping: sealed[document.id], with: cipher)
                let opened = try spec.opened(cipher, id: document.id, revealing: true)
                changed[document.id] = StoredDocument(
                    document: Document(id: document.id, spec: opened),
                    revision: revision + 1,
                    author: ""
                )
            }
            let kept = before.filter { !gone.contains($0.document.id) && changed[$0.document.id] == nil }
            let after = (kept + changed.values).sorted { $0.document.id < $1.document.id }
            return PreviewedValues(before: before, after: after)
        }
    }
}
