package import Values

/// Which documents a list shows; `nil` means any.
package struct DocumentFilter: Hashable, Sendable {
    package var kind: Kind?
    package var scope: Scope?
    /// The owning team; a team's own document belongs to it too.
    package var team: String?
    package var name: String?

    package init(kind: Kind? = nil, scope: Scope? = nil, team: String? = nil, name: String? = nil) {
        self.kind = kind
        self.scope = scope
        self.team = team
        self.name = name
    }
}

/// One page of a list; `next` is handed in as `after` to get the following one.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// `nil` on the last page.
    package let next: String?

    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}
