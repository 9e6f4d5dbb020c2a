/// Who acts, as far as a decision needs to know: a person, a machine, an agent or the hub itself.
package struct Principal: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Somebody who signed in.
        case person
        /// A program with an API token.
        case token
        /// A cluster's agent.
        case agent
        /// The hub, by itself.
        case hub
    }

    package let kind: Kind
    /// The name that revisions, the audit log and the hub's log carry.
    package let name: String
    /// What they were given; empty means that nothing is allowed.
    package let grants: Set<Grant>

    package init(kind: Kind, name: String, grants: Set<Grant>) {
        self.kind = kind
        self.name = name
        self.grants = grants
    }

    /// The hub, when it acts by itself.
    package static let hub = Principal(kind: .hub, name: "hub", grants: [.platformAdmin])

    /// The teams that they have a role in, by name.
    package var teams: [String] { Set(grants.compactMap(\.team)).sorted() }

    package var isPlatformAdmin: Bool { grants.contains(.platformAdmin) }
}
