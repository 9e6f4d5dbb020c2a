import Concurrency
import JSON
import Postgres
import Values

/// An edit of a draft as the database has it.
struct SealedEdit {
    let id: DocumentID
    /// `nil` when the document is to go.
    let spec: SealedSpec?
    let base: Int64
    let version: Int64
    let author: String
    let changedAt: UnixTime

    init(row: PostgresRow) throws {
        id = try row.documentID()
        spec = try row.get("spec", as: JSONValue?.self).map(SealedSpec.init(json:))
        base = try row.get("base")
        version = try row.get("version")
        author = try row.get("author")
        changedAt = try row.get("changed_at")
    }

    /// Whether it leads to the same: the same form of the document, or none.
    func leads(to other: SealedSpec?) -> Bool {
        switch (spec, other) {
        case (nil, nil): true
        case (let spec?, let other?): spec.holdsSame(as: other)
        default: false
        }
    }

    /// The document, secrets as markers unless `revealing`; `nil` when it is to go.
    func document(_ cipher: SecretCipher, revealing: Bool = false) throws(StoreError) -> Document? {
        guard let spec else { return nil }
        return Document(id: id, spec: try spec.opened(cipher, id: id, revealing: revealing))
    }

    /// The edit, secrets as markers unless `revealing`.
    func shown(_ cipher: SecretCipher, revealing: Bool = false) throws(StoreError) -> DraftEdit {
        DraftEdit(
            id: id,
            document: try document(cipher, revealing: revealing),
            base: base,
            version: version,
            author: author,
            changedAt: changedAt
        )
    }
}
