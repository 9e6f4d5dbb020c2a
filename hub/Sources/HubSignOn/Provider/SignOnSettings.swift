/// How the hub is known to its provider, and what it makes of the provider's claims.
package struct SignOnSettings: Sendable {
    /// What is asked for unless the operator says otherwise.
    package static let standardScopes = ["openid", "profile", "email"]

    package let issuer: String
    package let clientID: String
    /// `nil` for a public client.
    package let clientSecret: String?
    package let scopes: [String]
    package let groupsClaim: ClaimPath
    package let mapping: GroupMapping

    /// Checks and takes over what the operator set.
    ///
    /// - Throws: `SignOnError.Code.configuration` naming the setting that is wrong.
    package init(
        issuer: String,
        clientID: String,
        clientSecret: String?,
        scopes: [String] = standardScopes,
        groupsClaim: ClaimPath = .groups,
        mapping: GroupMapping = .standard
    ) throws(SignOnError) {
        guard SecureAddress.accepts(issuer, beside: issuer), !issuer.contains("?") else {
            throw SignOnError(
                .configuration,
                "the issuer '\(issuer)' must be an https:// address without a query (http:// only on this machine)"
            )
        }
        guard !clientID.isEmpty else { throw SignOnError(.configuration, "the client id is empty") }
        guard clientSecret != "" else { throw SignOnError(.configuration, "the client secret is empty") }
        // RFC 6749, section 3.3: printable ASCII without the quotation mark and the backslash.
        let areScopes = scopes.allSatisfy { scope in
            !scope.isEmpty && scope.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        }
        guard scopes.contains("openid"), areScopes else {
            throw SignOnError(.configuration, "the scopes must be words, and 'openid' must be among them")
        }
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes
        self.groupsClaim = groupsClaim
        self.mapping = mapping
    }
}
