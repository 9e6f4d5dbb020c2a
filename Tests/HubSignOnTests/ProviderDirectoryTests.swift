import HTTPTransport
import HubSignOn
import JSON
import SignOnTestSupport
import Testing

/// What is fetched from the provider, how often, and what is believed of it.
@Suite struct ProviderDirectoryTests {
    @Test func `the description is fetched once an hour`() async throws {
        let signOn = try SignOn()
        for _ in 0..<3 { _ = try await signOn.run() }
        #expect(signOn.provider.count("/.well-known/openid-configuration") == 1)
        #expect(signOn.provider.count("/keys") == 1)
        signOn.advance(by: ProviderDirectory.metadataLifetime)
        _ = try await signOn.run()
        #expect(signOn.provider.count("/.well-known/openid-configuration") == 2)
    }

    @Test func `many at once fetch once`() async throws {
        let signOn = try SignOn()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { _ = try await signOn.run() } }
            try await group.waitForAll()
        }
        #expect(signOn.provider.count("/.well-known/openid-configuration") == 1)
        #expect(signOn.provider.count("/keys") == 1)
    }

    @Test func `an old description serves while the provider is away`() async throws {
        let signOn = try SignOn()
        _ = try await signOn.party.begin(redirectURI: SignOn.redirectURI)
        signOn.provider.change { $0.silent = ["/.well-known/openid-configuration"] }
        signOn.advance(by: .seconds(7_200))
        _ = try await signOn.party.begin(redirectURI: SignOn.redirectURI)
    }

    @Test func `a new key is fetched when a token names it`() async throws {
        let signOn = try SignOn()
        _ = try await signOn.run()
        signOn.advance(by: ProviderDirectory.keyRefetchInterval)
        let next = ProviderKey.p256("next")
        signOn.provider.change {
            $0.signing = next
            $0.published = [next]
        }
        #expect(await signOn.failure() == nil)
        #expect(signOn.provider.count("/keys") == 2)
        // The old key is gone with the old set.
        signOn.provider.change { $0.signing = .rsa }
        #expect(await signOn.failure() == .token)
    }

    @Test func `unknown keys do not flood the provider`() async throws {
        let signOn = try SignOn()
        _ = try await signOn.run()
        signOn.advance(by: ProviderDirectory.keyRefetchInterval)
        for number in 0..<20 {
            signOn.provider.change { $0.header["kid"] = .string("unknown-\(number)") }
            #expect(await signOn.failure() == .token)
        }
        #expect(signOn.provider.count("/keys") == 2)
        signOn.advance(by: ProviderDirectory.keyRefetchInterval)
        #expect(await signOn.failure() == .token)
        #expect(signOn.provider.count("/keys") == 3)
    }

    @Test func `a withdrawn key stops counting within the hour`() async throws {
        let signOn = try SignOn()
        _ = try await signOn.run()
        signOn.provider.change { $0.published = [.p256()] }
        signOn.advance(by: ProviderDirectory.keysLifetime)
        #expect(await signOn.failure() == .token)
    }

    @Test func `a token without a key name is tried with the keys that fit`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.header["kid"] = .null
            $0.published = [.p256(), .rsa.named("other name")]
        }
        #expect(await signOn.failure() == nil)
    }

    @Test(
        arguments: [
            ["issuer": "https://id.example.com/realms/other"],
            ["issuer": "https://id.example.com/realms/fleet/"],
            ["issuer": .null],
            ["token_endpoint": .null],
            ["jwks_uri": "http://id.example.com/keys"],
            ["jwks_uri": "http://127.0.0.1/keys"],
            ["token_endpoint": "file:///etc/passwd"],
            ["token_endpoint": "https://user@id.example.com/token"],
            ["authorization_endpoint": "javascript:alert(1)"],
            ["end_session_endpoint": "https://id.example.com/logout#fragment"],
            ["userinfo_endpoint": "https://id.example.com/user info"],
            ["token_endpoint_auth_methods_supported": ["private_key_jwt"]],
        ] as [[String: JSONValue]]
    )
    func `descriptions that are not safe are refused`(_ change: [String: JSONValue]) async throws {
        let signOn = try SignOn()
        signOn.provider.change { $0.metadata = change }
        #expect(await signOn.failure() == .provider)
    }

    @Test func `answers that are no JSON are refused`() async throws {
        for path in ["/.well-known/openid-configuration", "/keys", "/token"] {
            for body in ["<html>", "[]", #"{"a":1,"a":2}"#] {
                let signOn = try SignOn()
                signOn.provider.change { $0.answers[path] = HTTPResponse(status: 200, body: Array(body.utf8)) }
                #expect(await signOn.failure() == .provider, "\(path) \(body)")
            }
        }
    }

    @Test func `an issuer must be safe`() {
        for issuer in ["", "id.example.com", "http://id.example.com", "https://", "https://a@b.example", "https://a?b"]
        {
            #expect(throws: SignOnError.self) { try SignOnSettings(issuer: issuer, clientID: "a", clientSecret: nil) }
        }
        for issuer in ["https://id.example.com", "http://127.0.0.1:9400", "http://localhost:9400"] {
            #expect(throws: Never.self) { try SignOnSettings(issuer: issuer, clientID: "a", clientSecret: nil) }
        }
    }
}
