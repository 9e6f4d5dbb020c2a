package import Concurrency
package import Values

/// Who shows a credential, as things stand at this moment.
package struct Identity: Hashable, Sendable {
    package let credential: Credential
    package let principal: Principal
    /// The person who signed in or owns the token; `nil` for a token that is nobody's.
    package let personID: String?
    /// Whether nothing may be changed with it, whatever its grants say.
    package let isReadOnly: Bool
    /// When the credential ends at the latest; `nil` when it does not.
    package let expiresAt: UnixTime?
    /// When it ends if it is not used before; `nil` for tokens.
    package let idleUntil: UnixTime?
    /// The last use that was noted, which may be a minute ago.
    let lastUsedAt: UnixTime?

    /// Whether it allows the same as `other`, a later look at the same credential.
    package func allowsTheSame(as other: Identity) -> Bool {
        principal.grants == other.principal.grants && isReadOnly == other.isReadOnly
    }
}
