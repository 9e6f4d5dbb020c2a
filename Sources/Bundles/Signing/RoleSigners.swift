/// The private keys that a hub signs with, by role.
///
/// The root role may be empty: its keys can be kept offline, then this hub cannot change the trust it is part of.
package struct RoleSigners: Sendable {
    private let keys: [MetadataRole: [SigningKey]]

    package init(_ keys: [MetadataRole: [SigningKey]]) {
        self.keys = keys
    }

    /// Makes one new key for each role.
    package static func generated() -> RoleSigners {
        RoleSigners(Dictionary(uniqueKeysWithValues: MetadataRole.allCases.map { ($0, [SigningKey()]) }))
    }

    /// The keys of `role`.
    package subscript(role: MetadataRole) -> [SigningKey] { keys[role] ?? [] }

    /// Every key with its role, in the order of the roles.
    package var all: [(role: MetadataRole, key: SigningKey)] {
        MetadataRole.allCases.flatMap { role in self[role].map { (role, $0) } }
    }
}
