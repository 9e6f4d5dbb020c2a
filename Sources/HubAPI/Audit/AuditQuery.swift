/// Which entries of the audit log to list; what is `nil` does not narrow the list.
package struct AuditQuery: Hashable, Sendable {
    package var actor: String?
    package var object: String?
    /// RFC 3339; only entries from then on.
    package var since: String?

    package init(actor: String? = nil, object: String? = nil, since: String? = nil) {
        self.actor = actor
        self.object = object
        self.since = since
    }

    /// The path of the page of entries below `before`.
    package func path(before: String? = nil, limit: Int? = nil) -> String {
        Route.audit.path(query: [
            ("actor", actor), ("object", object), ("since", since), ("before", before),
            ("limit", limit.map(String.init)),
        ])
    }
}
