import Bundles
package import Concurrency
import Crypto
import HTTPTransport
import HubAPI
import JSON
package import Logging

/// The hub as a client of one OpenID provider: authorization code flow with PKCE (OpenID Connect Core 1.0, section 3.1;
/// RFC 7636).
package struct RelyingParty: Sendable {
    /// Makes random bytes; handed in, so that tests can know them.
    package typealias Randomness = @Sendable (_ count: Int) -> [UInt8]

    package let settings: SignOnSettings
    private let client: ProviderClient
    private let directory: ProviderDirectory
    private let clock: WallClock
    private let random: Randomness

    package init(
        settings: SignOnSettings,
        client: ProviderClient,
        logger: Logger,
        clock: @escaping WallClock = UnixTime.now,
        random: @escaping Randomness = RelyingParty.systemRandomness
    ) {
        self.settings = settings
        self.client = client
        self.clock = clock
        self.random = random
        directory = ProviderDirectory(issuer: settings.issuer, client: client, clock: clock, logger: logger)
    }

    /// The system's random numbers.
    package static let systemRandomness: Randomness = { count in
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }

    // MARK: - The way there

    /// Begins a sign-in.
    ///
    /// - Returns: what to remember, and where to send the browser.
    /// - Throws: `SignOnError` when the provider cannot be asked what it is.
    package func begin(redirectURI: String) async throws(SignOnError) -> (pending: PendingSignOn, url: String) {
        let metadata = try await directory.metadata()
        let pending = PendingSignOn(
            state: Base64URL.encode(random(32)),
            nonce: Base64URL.encode(random(32)),
            verifier: Base64URL.encode(random(32))
        )
        let query = FormEncoding.encode([
            "response_type": "code",
            "client_id": settings.clientID,
            "redirect_uri": redirectURI,
            "scope": settings.scopes.joined(separator: " "),
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": Self.challenge(pending.verifier),
            "code_challenge_method": "S256",
        ])
        return (pending, Self.url(metadata.authorizationEndpoint, adding: query))
    }

    // MARK: - The way back

    /// Ends a sign-in: checks the answer, redeems its code, verifies the ID token and reads who it is.
    ///
    /// - Throws: `SignOnError`.
    package func finish(
        _ answer: AuthorizationResponse,
        of pending: PendingSignOn,
        redirectURI: String
    ) async throws(SignOnError) -> SignedOnPerson {
        let metadata = try await directory.metadata()
        let code = try answer.code(for: pending, metadata)
        let tokens = try await redeem(code, pending, redirectURI, metadata)
        let token = try JSONWebToken(tokens.idToken)
        guard token.isSigned(by: try await directory.keys(for: token.header)) else {
            throw SignOnError(.token, "the ID token's signature is not the provider's")
        }
        let rules = IDTokenRules(
            issuer: settings.issuer,
            clientID: settings.clientID,
            nonce: pending.nonce,
            accessToken: tokens.accessToken
        )
        let subject = try rules.check(token, now: clock())
        let claims = try await completed(token.claims, subject: subject, tokens, metadata)
        return SignedOnPerson(
            claims: claims,
            issuer: settings.issuer,
            subject: subject,
            grants: settings.mapping.grants(for: try groups(in: claims)),
            idToken: tokens.idToken
        )
    }

    // MARK: - The end

    /// Where to send the browser so that the provider's session ends too (OpenID Connect RP-Initiated Logout 1.0); `nil`
    /// when the provider has no such place.
    ///
    /// - Throws: `SignOnError` when the provider cannot be asked what it is.
    package func logoutURL(idToken: String?, returningTo url: String) async throws(SignOnError) -> String? {
        guard let endpoint = try await directory.metadata().endSessionEndpoint else { return nil }
        guard let idToken else {
            let query = FormEncoding.encode(["client_id": settings.clientID, "post_logout_redirect_uri": url])
            return Self.url(endpoint, adding: query)
        }
        let query = FormEncoding.encode([
            "id_token_hint": idToken, "client_id": settings.clientID, "post_logout_redirect_uri": url,
        ])
        return Self.url(endpoint, adding: query)
    }
}

extension RelyingParty {
    /// The origin that a logout leads to, as a page's policy names it; `nil` when there is none or it is not known now.
    package func logoutOrigin() async -> String? {
        guard let endpoint = try? await directory.metadata().endSessionEndpoint else { return nil }
        return URLParts.origin(endpoint)
    }
}

// MARK: - Steps

extension RelyingParty {
    /// The S256 challenge of a verifier (RFC 7636, section 4.2).
    package static func challenge(_ verifier: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }

    private static func url(_ endpoint: String, adding query: String) -> String {
        endpoint + (endpoint.contains("?") ? "&" : "?") + query
    }

    private func redeem(
        _ code: String,
        _ pending: PendingSignOn,
        _ redirectURI: String,
        _ metadata: ProviderMetadata
    ) async throws(SignOnError) -> TokenResponse {
        var authorization: String?
        let form: KeyValuePairs<String, String>
        switch (settings.clientSecret, metadata.authentication) {
        case (let secret?, .basic):
            // Both halves are form-encoded first: they may hold colons (RFC 6749, section 2.3.1).
            let pair = "\(PercentEncoding.encode(settings.clientID)):\(PercentEncoding.encode(secret))"
            authorization = "Basic " + Base64.encode(Array(pair.utf8))
            form = [
                "grant_type": "authorization_code", "code": code, "redirect_uri": redirectURI,
                "code_verifier": pending.verifier,
            ]
        case (let secret?, .post):
            form = [
                "grant_type": "authorization_code", "code": code, "redirect_uri": redirectURI,
                "code_verifier": pending.verifier, "client_id": settings.clientID, "client_secret": secret,
            ]
        case (nil, _):
            form = [
                "grant_type": "authorization_code", "code": code, "redirect_uri": redirectURI,
                "code_verifier": pending.verifier, "client_id": settings.clientID,
            ]
        }
        let answer = try await client.post(
            metadata.tokenEndpoint,
            form,
            authorization: authorization,
            what: "the exchange of the code"
        )
        return try TokenResponse(status: answer.status, json: answer.json)
    }

    /// The claims of the ID token, with those of the userinfo endpoint where the groups are not among them.
    private func completed(
        _ claims: JSONValue,
        subject: String,
        _ tokens: TokenResponse,
        _ metadata: ProviderMetadata
    ) async throws(SignOnError) -> JSONValue {
        guard settings.groupsClaim.value(in: claims) == nil, let endpoint = metadata.userinfoEndpoint else {
            return claims
        }
        let more = try await client.get(endpoint, what: "the provider's userinfo", bearer: tokens.accessToken)
        // OpenID Connect Core 1.0, section 5.3.2: another subject's claims must not be used.
        guard more["sub"]?.stringValue == subject else {
            throw SignOnError(.provider, "the userinfo is about another subject than the ID token")
        }
        let members = (more.objectValue ?? [:]).merging(claims.objectValue ?? [:]) { _, signed in signed }
        return .object(members)
    }

    private func groups(in claims: JSONValue) throws(SignOnError) -> [String] {
        switch settings.groupsClaim.value(in: claims) {
        case .array(let groups): return groups.compactMap(\.stringValue)
        case .string(let group): return [group]
        case nil, .null:
            // Section 5.6.2: the claim is somewhere else, as with people who are in very many groups.
            guard claims["_claim_names"]?[settings.groupsClaim.head] == nil else {
                throw SignOnError(
                    .provider,
                    "the provider leaves '\(settings.groupsClaim)' out because there are too many of them: let it send only "
                        + "the groups that are assigned to this application, or application roles"
                )
            }
            return []
        default:
            throw SignOnError(.provider, "the claim '\(settings.groupsClaim)' is no list of names")
        }
    }
}
