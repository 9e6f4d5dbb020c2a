import JSON

@testable import Values

extension StoredDocument {
    /// A document as revision 1 brings it.
    static func first(
        _ kind: Kind,
        _ name: String,
        scope: Scope = .platform,
        team: String? = nil,
        _ spec: JSONValue = [:]
    ) -> StoredDocument {
        let id = DocumentID(kind: kind, scope: scope, team: team, name: name)
        return StoredDocument(document: Document(id: id, spec: spec), revision: 1, author: "ann")
    }
}
