package import JSON

/// What an API server answered to one object of a trial.
package struct TrialResult: Hashable, Sendable, JSONRepresentable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        case created
        case changed
        case unchanged
        /// Others own fields that it would set, and nothing says that they may be taken.
        case conflict
        /// Admission does not let it in.
        case denied
        /// Something else has to exist first: its kind, its namespace.
        case waiting
        case failed
    }

    /// A field that another manager owns.
    package struct Manager: Hashable, Sendable, JSONRepresentable {
        package let name: String
        /// As the API server writes it: `.spec.replicas`.
        package let field: String

        package init(name: String, field: String) {
            self.name = Report.cut(name, to: 256)
            self.field = Report.cut(field, to: 512)
        }

        /// Reads `{name, field}`.
        ///
        /// - Throws: `JSONError` when one is missing.
        package init(json: JSONValue) throws(JSONError) {
            self.init(name: try json.required("name"), field: try json.required("field"))
        }

        package var json: JSONValue { ["name": .string(name), "field": .string(field)] }
    }

    /// How many fields, and how many managers, one result tells of.
    package static let maximumFields = 50

    /// How long the API server's words may be.
    package static let maximumMessageBytes = 2_048

    package let kind: String
    /// `nil` for an object of the whole cluster.
    package let namespace: String?
    package let name: String
    package let outcome: Outcome
    /// The API server's words, cut to a bound; empty where there are none.
    package let message: String
    /// What differs between the live object and what it would become.
    package let fields: [JSONDifference]
    package let managers: [Manager]

    package init(
        kind: String,
        namespace: String?,
        name: String,
        outcome: Outcome,
        message: String = "",
        fields: [JSONDifference] = [],
        managers: [Manager] = []
    ) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.outcome = outcome
        self.message = Report.cut(message, to: Self.maximumMessageBytes)
        self.fields = Array(fields.prefix(Self.maximumFields))
        self.managers = Array(managers.prefix(Self.maximumFields))
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or wrong.
    package init(json: JSONValue) throws(JSONError) {
        guard let outcome = Outcome(rawValue: try json.required("outcome")) else {
            throw JSONError("there is no such outcome", at: JSONPointer(["outcome"]))
        }
        self.init(
            kind: try json.required("kind"),
            namespace: try json.optional("namespace"),
            name: try json.required("name"),
            outcome: outcome,
            message: try json.optional("message") ?? "",
            fields: try json.optional("fields") ?? [],
            managers: try json.optional("managers") ?? []
        )
    }

    package var json: JSONValue {
        .members([
            "kind": kind, "namespace": namespace, "name": name, "outcome": outcome.rawValue,
            "message": message.isEmpty ? nil : message, "fields": fields.isEmpty ? nil : fields,
            "managers": managers.isEmpty ? nil : managers,
        ])
    }
}
