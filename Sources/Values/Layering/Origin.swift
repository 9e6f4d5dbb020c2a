package import JSON

/// Where an effective value comes from.
package struct Origin: Hashable, Sendable {
    /// What kind of place that is.
    package enum Source: Hashable, Sendable {
        /// The schema's default.
        case `default`
        /// Computed from these places of the effective values.
        case derived(from: [String])
        /// A document at this scope.
        case document(Scope)
    }

    package let source: Source
    /// The revision that wrote it; `nil` for defaults and derived values.
    package let revision: Int64?
    package let author: String?

    package static let builtIn = Origin(source: .default)

    package init(source: Source, revision: Int64? = nil, author: String? = nil) {
        self.source = source
        self.revision = revision
        self.author = author
    }
}

extension Origin: CustomStringConvertible {
    package var description: String {
        switch source {
        case .default: "default"
        case .derived(let places): "derived from \(places.joined(separator: ", "))"
        case .document(let scope):
            [scope.description, revision.map { "revision \($0)" }, author.map { "by \($0)" }].compactMap(\.self)
                .joined(separator: ", ")
        }
    }
}

extension Origin: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text: String = try json.required("source")
        switch text {
        case "default": source = .default
        case "derived": source = .derived(from: try json.optional("from") ?? [])
        case "document": source = .document(try json.required("scope"))
        default: throw JSONError("default, derived or document is expected", at: JSONPointer(["source"]))
        }
        revision = try json.optional("revision")
        author = try json.optional("author")
    }

    package var json: JSONValue {
        switch source {
        case .default: .members(["source": "default"])
        case .derived(let places): .members(["source": "derived", "from": places])
        case .document(let scope):
            .members(["source": "document", "scope": scope, "revision": revision, "author": author])
        }
    }
}
