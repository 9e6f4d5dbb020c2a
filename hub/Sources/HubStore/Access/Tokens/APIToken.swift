package import Concurrency
package import Values

/// What an API token allows.
package enum TokenScope: Hashable, Sendable {
    /// All that its owner may do at the moment of each request.
    case owner
    /// One role, as long as its owner may do as much.
    case grant(Grant)

    private static let ownerText = "owner"

    init?(role: String, team: String) {
        if role == Self.ownerText {
            self = .owner
        } else if let role = Role(rawValue: role), let grant = Grant(role, team: team) {
            self = .grant(grant)
        } else {
            return nil
        }
    }

    /// As the audit log tells of it.
    var text: String {
        switch self {
        case .owner: "all that its owner may do"
        case .grant(let grant): Grant.list([grant])
        }
    }

    var storedRole: String {
        switch self {
        case .owner: Self.ownerText
        case .grant(let grant): grant.role.rawValue
        }
    }

    var storedTeam: String {
        switch self {
        case .owner: ""
        case .grant(let grant): grant.storedTeam
        }
    }

    /// What it allows with what its owner holds now; `held` is `nil` for a token that is nobody's.
    func grants(heldByOwner held: Set<Grant>?) -> Set<Grant> {
        switch self {
        case .owner: held ?? []
        case .grant(let grant):
            held.map { held in held.contains { $0.covers(grant) } ? [grant] : [] } ?? [grant]
        }
    }
}

/// An API token without its secret.
package struct APIToken: Hashable, Sendable {
    /// A person's tokens are called `PERSON/NAME`; those of machines, which are nobody's, `NAME`.
    package let name: String
    /// The owner's name; `nil` for a token that is nobody's.
    package let owner: String?
    package let scope: TokenScope
    package let isReadOnly: Bool
    package let createdAt: UnixTime
    /// Who made it; `nil` for one that is older than this was noted.
    package let createdBy: String?
    /// Noted once a minute.
    package let lastUsedAt: UnixTime?
    /// `nil` only for the first administrator's, and for those of earlier releases.
    package let expiresAt: UnixTime?
}

/// A token that is to be made.
package struct NewAPIToken: Hashable, Sendable {
    package static let standardLifetime = Duration.seconds(90 * 24 * 3600)
    package static let maximumLifetime = Duration.seconds(366 * 24 * 3600)

    /// The name within its owner's tokens.
    package let name: String
    package let scope: TokenScope
    package let isReadOnly: Bool
    package let lifetime: Duration

    package init(
        name: String,
        scope: TokenScope,
        isReadOnly: Bool = false,
        lifetime: Duration = NewAPIToken.standardLifetime
    ) {
        self.name = name
        self.scope = scope
        self.isReadOnly = isReadOnly
        self.lifetime = lifetime
    }
}
