package import Concurrency
package import Values

/// Somebody who may sign in.
package struct Person: Hashable, Sendable {
    package let id: String
    /// What they sign in with and what the history shows; lower case.
    package let name: String
    package let email: String?
    package let displayName: String
    /// Whether they can sign in with a password of the hub's own.
    package let hasPassword: Bool
    /// The identity provider that vouches for them; `nil` when none does.
    package let issuer: String?
    package let createdAt: UnixTime
    package let lastSignInAt: UnixTime?
    package let disabledAt: UnixTime?
    package let grants: [HeldGrant]

    package var isDisabled: Bool { disabledAt != nil }
}

/// Something that a person was given, and by whom.
package struct HeldGrant: Hashable, Sendable {
    package enum Source: String, CaseIterable, Hashable, Sendable {
        /// Somebody granted it here.
        case local
        /// A group of the identity provider stands for it; each sign-in says so anew.
        case oidc
    }

    package let grant: Grant
    package let source: Source

    package init(grant: Grant, source: Source) {
        self.grant = grant
        self.source = source
    }
}

/// A person who is to be added.
package struct NewPerson: Hashable, Sendable {
    package let name: String
    package let email: String?
    package let displayName: String
    package let grants: Set<Grant>

    package init(name: String, email: String? = nil, displayName: String = "", grants: Set<Grant> = []) {
        self.name = name
        self.email = email
        self.displayName = displayName
        self.grants = grants
    }
}

/// Somebody whom an identity provider vouches for.
package struct ExternalIdentity: Hashable, Sendable {
    /// The provider, `iss`; with `subject` it is the identity, and all else may change.
    package let issuer: String
    package let subject: String
    /// The name that they get when they come for the first time, unless somebody has it.
    package let preferredName: String
    /// An address that the provider has verified.
    package let email: String?
    package let displayName: String

    package init(issuer: String, subject: String, preferredName: String, email: String?, displayName: String) {
        self.issuer = issuer
        self.subject = subject
        self.preferredName = preferredName
        self.email = email
        self.displayName = displayName
    }
}
