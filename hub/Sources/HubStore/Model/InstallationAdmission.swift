package import Concurrency
package import JSON

/// What lets the agent of an installation in.
package enum InstallationAdmission: Hashable, Sendable {
    /// Nothing: it is enrolled.
    case enrolled
    /// A token in the manifest that is handed out now.
    case token(EnrolmentToken)
    /// A token that is made when the manifest is fetched.
    case link(InstallationLink)

    /// What the audit log calls it.
    var word: String {
        switch self {
        case .enrolled: "for an enrolled agent"
        case .token(let token): "with a token until \(token.expiresAt.rfc3339)"
        case .link(let link): "by an address until \(link.expiresAt.rfc3339)"
        }
    }
}

/// An address that serves a cluster's manifest once.
package struct InstallationLink: Hashable, Sendable {
    /// The last part of the address, of which the store keeps only the hash.
    package let secret: String
    package let expiresAt: UnixTime

    package init(secret: String, expiresAt: UnixTime) {
        self.secret = secret
        self.expiresAt = expiresAt
    }
}

/// What an address serves.
package struct RedeemedInstallation: Hashable, Sendable {
    package let cluster: String
    package let options: JSONValue
    package let token: EnrolmentToken
}
