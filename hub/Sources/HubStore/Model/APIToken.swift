package import Concurrency
package import Values

/// What a bearer token stands for.
package struct APIToken: Hashable, Sendable {
    package let name: String
    package let grant: Grant
    package let createdAt: UnixTime
    package let expiresAt: UnixTime?

    package var role: Role { grant.role }

    /// Who acts with it.
    package var principal: Principal { Principal(kind: .token, name: name, grants: [grant]) }
}
