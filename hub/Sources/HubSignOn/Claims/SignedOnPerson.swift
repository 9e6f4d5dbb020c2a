import JSON
package import Values

/// Somebody whom a provider vouched for, as the hub knows them.
package struct SignedOnPerson: Hashable, Sendable {
    private static let longestText = 200

    package let issuer: String
    /// The provider's unchanging name for them; only issuer and subject together tell people apart.
    package let subject: String
    /// Their address; `nil` when the provider gave none, or does not say that it is verified.
    package let email: String?
    /// What they are called.
    package let name: String
    /// What they sign in with at the provider: short, and mostly theirs alone.
    package let preferredName: String
    package let grants: Set<Grant>
    /// The token that vouches for them, for the provider's logout.
    package let idToken: String

    /// Puts together what the claims say.
    init(claims: JSONValue, issuer: String, subject: String, grants: Set<Grant>, idToken: String) {
        self.issuer = issuer
        self.subject = subject
        self.grants = grants
        self.idToken = idToken
        // Some providers write it as a text; one that leaves it out vouches for no address.
        let isVerified = claims["email_verified"] == true || claims["email_verified"] == "true"
        email = isVerified ? Self.text(claims["email"]) : nil
        let names = ["name", "preferred_username", "upn"].lazy.compactMap { Self.text(claims[$0]) }
        name = names.first ?? email ?? subject
        let shortNames = ["preferred_username", "upn"].lazy.compactMap { Self.text(claims[$0]) }
        preferredName = shortNames.first ?? email ?? subject
    }

    /// A text for people: without control characters and not too long; `nil` when nothing is left.
    private static func text(_ json: JSONValue?) -> String? {
        guard let text = json?.stringValue else { return nil }
        let visible = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        let result = String(String.UnicodeScalarView(visible)).prefix(longestText)
        return result.allSatisfy(\.isWhitespace) ? nil : String(result)
    }
}
