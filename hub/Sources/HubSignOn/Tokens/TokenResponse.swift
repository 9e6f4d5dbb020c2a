import JSON

/// What the token endpoint answers (RFC 6749, section 5; OpenID Connect Core 1.0, section 3.1.3.3).
struct TokenResponse: Sendable {
    private static let longestAccessToken = 64 << 10

    let idToken: String
    let accessToken: String

    /// Reads the answer.
    ///
    /// - Throws: `SignOnError` with the error that the provider names, or when a token is missing.
    init(status: Int, json: JSONValue) throws(SignOnError) {
        guard status == 200 else {
            let error = json["error"]?.stringValue ?? "an error without a name"
            // The code was used, is too old, or was made for another client; anything else is the operator's to mend.
            let code: SignOnError.Code = error == "invalid_grant" ? .response : .configuration
            throw SignOnError(code, "the provider does not take the code: \(error.prefix(64))")
        }
        guard json["token_type"]?.stringValue?.lowercased() == "bearer",
            let access = json["access_token"]?.stringValue, !access.isEmpty,
            access.utf8.count <= Self.longestAccessToken, access.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw SignOnError(.provider, "the provider's answer has no bearer token") }
        guard let idToken = json["id_token"]?.stringValue else {
            throw SignOnError(.provider, "the provider's answer has no ID token; is 'openid' among the scopes?")
        }
        self.idToken = idToken
        accessToken = access
    }
}
