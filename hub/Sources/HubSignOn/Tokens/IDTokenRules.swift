package import Concurrency
import JSON

/// What an ID token must say to be believed (OpenID Connect Core 1.0, section 3.1.3.7).
///
/// The signature is verified before.
package struct IDTokenRules: Sendable {
    /// How far the provider's clock may be from the hub's.
    package static let clockSkew: Duration = .seconds(60)

    private static let longestSubject = 255

    package let issuer: String
    package let clientID: String
    /// What the hub put into the request that the token answers.
    package let nonce: String
    /// The access token that came along, for `at_hash`.
    package let accessToken: String?

    package init(issuer: String, clientID: String, nonce: String, accessToken: String?) {
        self.issuer = issuer
        self.clientID = clientID
        self.nonce = nonce
        self.accessToken = accessToken
    }

    /// Checks the claims of `token`.
    ///
    /// - Returns: the subject.
    /// - Throws: `SignOnError.Code.token` for the first rule that does not hold.
    package func check(_ token: JSONWebToken, now: UnixTime) throws(SignOnError) -> String {
        let claims = token.claims
        guard claims["iss"]?.stringValue == issuer else {
            throw SignOnError(.token, "the ID token is of another issuer than \(issuer)")
        }
        try checkAudience(claims)
        try checkTimes(claims, now: now)
        guard claims["nonce"]?.stringValue == nonce else {
            throw SignOnError(.token, "the ID token's nonce is not that of the request: it answers another sign-in")
        }
        if let hash = claims["at_hash"], let accessToken {
            let expected = Base64URL.encode(token.header.algorithm.halfHash(of: accessToken))
            guard hash.stringValue == expected else {
                throw SignOnError(.token, "the ID token's at_hash is not that of the access token that came with it")
            }
        }
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty, subject.utf8.count <= Self.longestSubject
        else { throw SignOnError(.token, "the ID token names no subject of 1 to \(Self.longestSubject) bytes") }
        return subject
    }

    private func checkAudience(_ claims: JSONValue) throws(SignOnError) {
        let audiences: [String]
        switch claims["aud"] {
        case .string(let one): audiences = [one]
        case .array(let several): audiences = several.compactMap(\.stringValue)
        default: audiences = []
        }
        guard audiences.contains(clientID) else {
            throw SignOnError(.token, "the ID token is not meant for the client '\(clientID)'")
        }
        let party = claims["azp"]
        guard party?.stringValue == clientID || (party == nil && audiences.count == 1) else {
            throw SignOnError(.token, "the ID token was issued to another party than the client '\(clientID)'")
        }
    }

    private func checkTimes(_ claims: JSONValue, now: UnixTime) throws(SignOnError) {
        let now = Double(now.milliseconds) / 1_000
        let skew = Double(Self.clockSkew.components.seconds)
        guard let expiry = claims["exp"]?.doubleValue, now < expiry + skew else {
            throw SignOnError(.token, "the ID token has expired, or does not say when it does; compare the clocks")
        }
        guard let issued = claims["iat"]?.doubleValue, issued <= now + skew else {
            throw SignOnError(.token, "the ID token was issued in the future; compare the clocks")
        }
        if let begin = claims["nbf"] {
            guard let begin = begin.doubleValue, begin <= now + skew else {
                throw SignOnError(.token, "the ID token does not count yet; compare the clocks")
            }
        }
    }
}
