package import Concurrency
package import Values

/// What a bearer token stands for.
package struct APIToken: Hashable, Sendable {
    package let name: String
    package let role: Role
    package let createdAt: UnixTime
    package let expiresAt: UnixTime?

    /// Who acts with it.
    package var principal: Principal {
        Principal(kind: .token, name: name, grants: Set([Grant.platform(role)].compactMap(\.self)))
    }
}
