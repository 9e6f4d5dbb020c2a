package import JSON

/// Why the token endpoint gave nothing (RFC 6749, section 5.2; RFC 8628, section 3.5).
package struct OAuthError: Error, Hashable, Sendable {
    /// The words of the specifications.
    package enum Code: String, CaseIterable, Sendable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unsupportedGrantType = "unsupported_grant_type"
        case authorizationPending = "authorization_pending"
        case slowDown = "slow_down"
        case accessDenied = "access_denied"
        case expiredToken = "expired_token"
        case temporarilyUnavailable = "temporarily_unavailable"
    }

    package let code: Code
    /// What happened, for a person.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension OAuthError: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.required("error")
        guard let code = Code(rawValue: word) else {
            throw JSONError("'\(word)' is no known error", at: JSONPointer(["error"]))
        }
        self.code = code
        message = try json.optional("error_description") ?? ""
    }

    package var json: JSONValue { .members(["error": code.rawValue, "error_description": message]) }
}
