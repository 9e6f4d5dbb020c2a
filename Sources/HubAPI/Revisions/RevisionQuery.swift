package import Values

/// Which revisions to list; what is `nil` does not narrow the list.
package struct RevisionQuery: Hashable, Sendable {
    /// Revisions that changed this document, each with what it did to it.
    package var document: DocumentPath?
    /// Revisions that changed documents of this team.
    package var team: String?
    /// Revisions that changed documents that applied to this cluster before or after.
    package var cluster: String?

    package init(document: DocumentPath? = nil, team: String? = nil, cluster: String? = nil) {
        self.document = document
        self.team = team
        self.cluster = cluster
    }

    /// The path of the page below the revision `before`.
    package func path(before: String? = nil, limit: Int? = nil) -> String {
        Route.revisions.path(query: [
            ("document", document?.description), ("team", team), ("cluster", cluster), ("before", before),
            ("limit", limit.map(String.init)),
        ])
    }
}
