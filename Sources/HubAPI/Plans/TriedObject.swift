package import JSON

/// What an API server answered when an object was applied to it without being written.
package struct TriedObject: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        case created
        case changed
        case unchanged
        /// Others own fields that it would set; `managers` says who.
        case conflict
        /// Admission does not let it in; the message is the webhook's or policy's.
        case denied
        /// Something else has to exist first: its kind, its namespace.
        case waiting
        case failed
    }

    /// Another manager of a field.
    package struct Manager: Hashable, Sendable {
        package var name: String
        package var field: String

        package init(name: String, field: String) {
            self.name = name
            self.field = field
        }
    }

    package var kind: String
    package var namespace: String?
    package var name: String
    package var outcome: Outcome
    package var message: String?
    /// What differs between the live object and what it would become, defaults and admission included.
    package var fields: [JSONDifference]
    /// Who else owns fields that it would set.
    package var managers: [Manager]

    package init(
        kind: String,
        namespace: String? = nil,
        name: String,
        outcome: Outcome,
        message: String? = nil,
        fields: [JSONDifference] = [],
        managers: [Manager] = []
    ) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.outcome = outcome
        self.message = message
        self.fields = fields
        self.managers = managers
    }

    /// For people: `Deployment team-demo/web`.
    package var title: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }
}

extension TriedObject.Manager: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(name: try json.required("name"), field: try json.required("field"))
    }

    package var json: JSONValue { .members(["name": name, "field": field]) }
}

extension TriedObject: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.required("outcome")
        guard let outcome = Outcome(rawValue: word) else {
            let known = Outcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONError("one of \(known) is expected", at: JSONPointer(["outcome"]))
        }
        self.init(
            kind: try json.required("kind"),
            namespace: try json.optional("namespace"),
            name: try json.required("name"),
            outcome: outcome,
            message: try json.optional("message"),
            fields: try json.optional("fields") ?? [],
            managers: try json.optional("managers") ?? []
        )
    }

    package var json: JSONValue {
        .members([
            "kind": kind, "namespace": namespace, "name": name, "outcome": outcome.rawValue, "message": message,
            "fields": fields.isEmpty ? nil : fields, "managers": managers.isEmpty ? nil : managers,
        ])
    }
}
