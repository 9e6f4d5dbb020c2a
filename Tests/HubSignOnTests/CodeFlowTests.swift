import HTTPTransport
import HubAPI
import HubSignOn
import JSON
import SignOnTestSupport
import Testing
import Values

/// The authorization code flow against a provider that does what it is told.
@Suite struct CodeFlowTests {
    @Test func `a request carries state nonce and proof`() async throws {
        let signOn = try SignOn()
        let (pending, url) = try await signOn.party.begin(redirectURI: SignOn.redirectURI)
        #expect(url.hasPrefix("https://id.example.com/realms/fleet/authorize?tenant=1&"))
        let query = try #require(FormEncoding.decode(url.split(separator: "?", maxSplits: 1)[1]))
        #expect(query["response_type"] == "code")
        #expect(query["client_id"] == ScriptedProvider.clientID)
        #expect(query["redirect_uri"] == SignOn.redirectURI)
        #expect(query["scope"] == "openid profile email")
        #expect(query["state"] == pending.state)
        #expect(query["nonce"] == pending.nonce)
        #expect(query["code_challenge_method"] == "S256")
        #expect(query["code_challenge"] != pending.verifier)
        #expect(Set([pending.state, pending.nonce, pending.verifier]).count == 3)
        // RFC 7636, section 4.1: 43 characters are 256 bits.
        #expect(pending.verifier.utf8.count == 43)
        let (other, _) = try await signOn.party.begin(redirectURI: SignOn.redirectURI)
        #expect(other.state != pending.state && other.verifier != pending.verifier)
    }

    @Test func `the challenge is that of the specification`() {
        // RFC 7636, appendix B.
        #expect(
            RelyingParty.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
                == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
    }

    @Test func `somebody whom the provider vouches for is known by issuer and subject`() async throws {
        let signOn = try SignOn()
        let person = try await signOn.run(as: "0f8a-21")
        #expect(person.issuer == signOn.provider.issuer)
        #expect(person.subject == "0f8a-21")
        #expect(person.email == "0f8a-21@example.com")
        #expect(person.name == "0f8a-21 Example")
        #expect(person.grants == [try #require(Grant.team("web", .teamMember))])
    }

    @Test func `the secret goes in the header encoded first`() async throws {
        let signOn = try SignOn()
        _ = try await signOn.run()
        let request = try #require(signOn.provider.last("/token"))
        // otomi-hub:s3cret%3A%20with%2Fodd%2Bcharacters
        #expect(
            request.headers["Authorization"]
                == "Basic b3RvbWktaHViOnMzY3JldCUzQSUyMHdpdGglMkZvZGQlMkJjaGFyYWN0ZXJz"
        )
        let form = try #require(FormEncoding.decode(String(decoding: request.body ?? [], as: UTF8.self)))
        #expect(form["client_secret"] == nil)
        #expect(request.timeout != nil && request.maximumResponseBytes <= 1 << 20)
    }

    @Test func `the secret goes in the body where the provider wants it`() async throws {
        let signOn = try SignOn()
        signOn.provider.change { $0.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"] }
        _ = try await signOn.run()
        let request = try #require(signOn.provider.last("/token"))
        #expect(request.headers["Authorization"] == nil)
        let form = try #require(FormEncoding.decode(String(decoding: request.body ?? [], as: UTF8.self)))
        #expect(form["client_secret"] == ScriptedProvider.clientSecret)
    }

    @Test func `a public client has no secret to send`() async throws {
        let signOn = try SignOn()
        let party = try signOn.provider.relyingParty(
            SignOnSettings(issuer: signOn.provider.issuer, clientID: ScriptedProvider.clientID, clientSecret: nil)
        )
        let (pending, url) = try await party.begin(redirectURI: SignOn.redirectURI)
        let answer = AuthorizationResponse(parameters: signOn.provider.authorize(url))
        _ = try await party.finish(answer, of: pending, redirectURI: SignOn.redirectURI)
        let request = try #require(signOn.provider.last("/token"))
        #expect(request.headers["Authorization"] == nil)
        #expect(String(decoding: request.body ?? [], as: UTF8.self).contains("client_id=otomi-hub"))
    }

    // MARK: - Answers that are not taken

    @Test func `an answer with another state is refused`() async throws {
        let signOn = try SignOn()
        #expect(await signOn.failure { $0["state"] = "forged" } == .response)
        #expect(await signOn.failure { $0["state"] = nil } == .response)
        #expect(signOn.provider.count("/token") == 0)
    }

    @Test func `an answer of another issuer is refused`() async throws {
        let signOn = try SignOn()
        #expect(await signOn.failure { $0["iss"] = "https://evil.example.com" } == .response)
        // The provider says that its answers name the issuer: one that does not is another's (RFC 9207).
        #expect(await signOn.failure { $0["iss"] = nil } == .response)
        #expect(signOn.provider.count("/token") == 0)
        let silent = try SignOn()
        silent.provider.change { $0.metadata["authorization_response_iss_parameter_supported"] = .null }
        #expect(await silent.failure { $0["iss"] = nil } == nil)
    }

    @Test func `a refusal is told apart from a provider in trouble`() async throws {
        let signOn = try SignOn()
        #expect(await signOn.failure { $0["error"] = "access_denied" } == .refused)
        #expect(await signOn.failure { $0["error"] = "temporarily_unavailable" } == .unavailable)
        #expect(await signOn.failure { $0["code"] = nil } == .response)
        #expect(await signOn.failure { $0["code"] = "guessed" } == .response)
    }

    @Test func `a code counts once and for its verifier only`() async throws {
        let signOn = try SignOn()
        let (pending, url) = try await signOn.party.begin(redirectURI: SignOn.redirectURI)
        let stolen = AuthorizationResponse(parameters: signOn.provider.authorize(url))
        let thief = PendingSignOn(state: pending.state, nonce: pending.nonce, verifier: "of-somebody-else")
        let error = await #expect(throws: SignOnError.self) {
            try await signOn.party.finish(stolen, of: thief, redirectURI: SignOn.redirectURI)
        }
        #expect(error?.code == .response)
    }

    @Test func `a provider that does not answer is said to be unavailable`() async throws {
        for path in ["/.well-known/openid-configuration", "/token", "/keys"] {
            let signOn = try SignOn()
            signOn.provider.change { $0.silent = [path] }
            #expect(await signOn.failure() == .unavailable, "\(path)")
        }
        let failing = try SignOn()
        failing.provider.change { $0.answers["/token"] = HTTPResponse(status: 503) }
        #expect(await failing.failure() == .unavailable)
    }

    @Test func `a redirect is never followed`() async throws {
        for path in ["/.well-known/openid-configuration", "/token", "/keys"] {
            let signOn = try SignOn()
            signOn.provider.change {
                $0.answers[path] = HTTPResponse(status: 302, headers: ["Location": "https://evil.example.com/"])
            }
            #expect(await signOn.failure() == .provider, "\(path)")
        }
    }

    @Test func `a refused client is the operator's to mend`() async throws {
        let signOn = try SignOn()
        let body: JSONValue = ["error": "invalid_client"]
        signOn.provider.change { $0.answers["/token"] = HTTPResponse(status: 401, body: body.serialized()) }
        #expect(await signOn.failure() == .configuration)
    }

    // MARK: - The end

    @Test func `logout names the session and where to come back`() async throws {
        let signOn = try SignOn()
        let url = try #require(
            try await signOn.party.logoutURL(idToken: "e.y.j", returningTo: "https://hub.example.com/auth/signed-out")
        )
        #expect(url.hasPrefix("https://id.example.com/realms/fleet/logout?id_token_hint=e.y.j&"))
        let query = try #require(FormEncoding.decode(url.split(separator: "?", maxSplits: 1)[1]))
        #expect(query["post_logout_redirect_uri"] == "https://hub.example.com/auth/signed-out")
        #expect(query["client_id"] == ScriptedProvider.clientID)
        let other = try SignOn()
        other.provider.change { $0.metadata["end_session_endpoint"] = .null }
        #expect(try await other.party.logoutURL(idToken: nil, returningTo: "https://hub.example.com/") == nil)
    }
}
