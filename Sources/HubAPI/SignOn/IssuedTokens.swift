package import JSON

/// What a device is let in with (RFC 6749, section 5.1).
package struct IssuedTokens: Hashable, Sendable {
    /// The bearer token.
    package var accessToken: String
    /// How long it counts, in seconds.
    package var expiresIn: Int64
    /// What the next pair is asked for with, once.
    package var refreshToken: String

    package init(accessToken: String, expiresIn: Int64, refreshToken: String) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
    }
}

extension IssuedTokens: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        accessToken = try json.required("access_token")
        expiresIn = try json.required("expires_in")
        refreshToken = try json.required("refresh_token")
    }

    package var json: JSONValue {
        .members([
            "access_token": accessToken, "token_type": "Bearer", "expires_in": expiresIn,
            "refresh_token": refreshToken,
        ])
    }
}
