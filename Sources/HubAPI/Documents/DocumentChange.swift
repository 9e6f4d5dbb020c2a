package import JSON
package import Values

/// What a revision did to one document.
///
/// On the wire it is one object: the document's identity, `change` and `fields`.
package struct DocumentChange: Hashable, Sendable {
    /// How the document changed.
    package enum Change: String, Sendable, CaseIterable {
        case added
        case changed
        case removed
    }

    package var document: DocumentID
    package var change: Change
    /// Where the spec differs, secrets as markers; empty where only the fact is told.
    package var fields: [JSONDifference]

    package init(document: DocumentID, change: Change, fields: [JSONDifference] = []) {
        self.document = document
        self.change = change
        self.fields = fields
    }
}

extension DocumentChange: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.required("change")
        guard let change = Change(rawValue: word) else {
            throw JSONError("one of added, changed, removed is expected", at: JSONPointer(["change"]))
        }
        self.change = change
        fields = try json.optional("fields") ?? []
        var members = json
        members["change"] = nil
        members["fields"] = nil
        document = try DocumentID(json: members)
    }

    package var json: JSONValue {
        var result = document.json
        result["change"] = .string(change.rawValue)
        if !fields.isEmpty { result["fields"] = fields.json }
        return result
    }
}
