package import Values

/// Which documents to list; what is `nil` does not narrow the list.
package struct DocumentQuery: Hashable, Sendable {
    package var kind: Kind?
    package var team: String?
    package var scope: Scope?
    package var name: String?
    /// The revision to look at; `nil` is the latest.
    package var revision: Int64?

    package init(
        kind: Kind? = nil,
        team: String? = nil,
        scope: Scope? = nil,
        name: String? = nil,
        revision: Int64? = nil
    ) {
        self.kind = kind
        self.team = team
        self.scope = scope
        self.name = name
        self.revision = revision
    }

    /// The path of the page that begins after `after`.
    package func path(after: String? = nil, limit: Int? = nil) -> String {
        Route.documents.path(query: [
            ("kind", kind?.rawValue), ("team", team), ("scope", scope?.description), ("name", name),
            ("revision", revision.map(String.init)), ("after", after), ("limit", limit.map(String.init)),
        ])
    }
}
