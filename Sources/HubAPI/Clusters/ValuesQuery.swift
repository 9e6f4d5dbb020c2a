package import Values

/// Which part of a cluster's effective values is asked for; nothing for all of them.
package struct ValuesQuery: Hashable, Sendable {
    package var kind: Kind?
    package var team: String?
    package var name: String?

    package init(kind: Kind? = nil, team: String? = nil, name: String? = nil) {
        self.kind = kind
        self.team = team
        self.name = name
    }

    var items: [(name: String, value: String?)] { [("kind", kind?.rawValue), ("team", team), ("name", name)] }
}
