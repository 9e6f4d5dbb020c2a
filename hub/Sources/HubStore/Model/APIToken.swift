package import Concurrency

/// What a bearer token stands for.
package struct APIToken: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case platformAdmin
        case auditor
    }

    package let name: String
    package let role: Role
    package let createdAt: UnixTime
    package let expiresAt: UnixTime?
}
