package import JSON

/// One thing that a person wrote.
package struct Document: Hashable, Sendable {
    package let id: DocumentID
    package var spec: JSONValue

    package init(id: DocumentID, spec: JSONValue) {
        self.id = id
        self.spec = spec
    }
}

extension Document: JSONRepresentable {
    private static let members: Set<String> = ["kind", "scope", "team", "name", "spec"]

    /// Reads `{kind, scope, team, name, spec}`; an absent scope is the platform, an absent spec is empty.
    ///
    /// - Throws: `JSONError` naming the member that is missing, of another type or unknown.
    package init(json: JSONValue) throws(JSONError) {
        id = try DocumentID(json: json)
        spec = try json.optional("spec") ?? .object([:])
        guard spec.objectValue != nil else { throw JSONError.expected("an object", spec).inside("spec") }
        if let unknown = json.objectValue?.keys.filter({ !Self.members.contains($0) }).min() {
            throw JSONError("a document has only kind, scope, team, name and spec", at: JSONPointer([unknown]))
        }
    }

    package var json: JSONValue {
        var json = id.json
        json["spec"] = spec
        return json
    }
}
