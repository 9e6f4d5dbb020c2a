import Concurrency
import Crypto
import HubSignOn
import JSON
import SignOnTestSupport
import Testing

/// Which ID tokens are believed (OpenID Connect Core 1.0, section 3.1.3.7).
@Suite struct IDTokenTests {
    @Test func `every algorithm of the list is verified`() async throws {
        for key in [ProviderKey.rsa, .pss, .p256(), .p384(), .ed25519()] {
            let signOn = try SignOn(key: key)
            #expect(await signOn.failure() == nil, "\(key.algorithm)")
            signOn.provider.change { $0.tamper = { Self.changingSignature(of: $0) } }
            #expect(await signOn.failure() == .token, "\(key.algorithm)")
        }
    }

    @Test func `changed claims are not believed`() async throws {
        let signOn = try SignOn()
        signOn.provider.change { script in
            script.tamper = { token in
                let parts = token.split(separator: ".")
                guard let bytes = Base64URL.decode(parts[1]), var claims = try? JSONValue(parsing: bytes) else {
                    return ""
                }
                claims["groups"] = ["platform-admin"]
                return "\(parts[0]).\(Base64URL.encode(claims.serialized())).\(parts[2])"
            }
        }
        #expect(await signOn.failure() == .token)
    }

    @Test func `a token without a signature is refused`() async throws {
        for name in ["none", "None", "NONE"] {
            let signOn = try SignOn()
            signOn.provider.change {
                $0.header["alg"] = .string(name)
                $0.tamper = { token in token.split(separator: ".").prefix(2).joined(separator: ".") + "." }
            }
            #expect(await signOn.failure() == .token)
            signOn.provider.change { $0.tamper = { $0 } }
            #expect(await signOn.failure() == .token)
        }
    }

    @Test func `a token that is signed with the secret or the public key is refused`() async throws {
        let signOn = try SignOn()
        let modulus = Array(ProviderKey.rsa.json.serialized())
        for secret in [Array(ScriptedProvider.clientSecret.utf8), modulus] {
            signOn.provider.change { script in
                script.header["alg"] = "HS256"
                script.tamper = { token in
                    let text = token.split(separator: ".").prefix(2).joined(separator: ".")
                    let key = SymmetricKey(data: secret)
                    let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
                    return text + "." + Base64URL.encode(Array(code))
                }
            }
            #expect(await signOn.failure() == .token)
        }
    }

    @Test func `a key serves only the algorithms of its kind`() async throws {
        let key = ProviderKey.p256()
        let signOn = try SignOn(key: key)
        signOn.provider.change { $0.header["alg"] = "RS256" }
        #expect(await signOn.failure() == .token)
        var encryption = ProviderKey.rsa.json
        encryption["use"] = "enc"
        #expect(JSONWebKey(encryption) == nil)
        var bound = ProviderKey.rsa.json
        bound["alg"] = "PS256"
        #expect(JSONWebKey(bound)?.serves(.rs256) == false)
        #expect(JSONWebKey(bound)?.serves(.ps256) == true)
    }

    @Test func `headers that are not understood whole are refused`() async throws {
        let changes: [[String: JSONValue]] = [["crit": ["exp"]], ["typ": "at+jwt"], ["alg": .null], ["alg": "RS512"]]
        for change in changes {
            let signOn = try SignOn()
            signOn.provider.change { $0.header = change }
            #expect(await signOn.failure() == .token, "\(change)")
        }
    }

    @Test func `tokens that are no tokens are refused`() throws {
        let long = String(repeating: "a", count: JSONWebToken.maximumBytes + 1)
        for text in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.e30", "e30.e30.", long] {
            #expect(throws: SignOnError.self) { try JSONWebToken(text) }
        }
    }

    @Test(
        arguments: [
            ["iss": "https://evil.example.com"],
            ["iss": "https://id.example.com/realms/fleet/"],
            ["iss": .null],
            ["aud": "another-client"],
            ["aud": ["another-client", "third"]],
            ["aud": .null],
            ["aud": ["otomi-hub", "another-client"]],
            ["azp": "another-client"],
            ["aud": ["otomi-hub", "another-client"], "azp": "another-client"],
            ["nonce": "of another sign-in"],
            ["nonce": .null],
            ["sub": .null],
            ["sub": ""],
            ["sub": .string(String(repeating: "a", count: 256))],
            ["exp": .null],
            ["exp": "1795348800"],
            ["iat": .null],
            ["nbf": "soon"],
            ["at_hash": "of-another-token"],
        ] as [[String: JSONValue]]
    )
    func `claims that break a rule are refused`(_ claims: [String: JSONValue]) async throws {
        let signOn = try SignOn()
        signOn.provider.change { $0.claims = claims }
        #expect(await signOn.failure() == .token)
    }

    @Test func `several audiences need the hub as the party`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.claims = ["aud": ["account", "otomi-hub"], "azp": "otomi-hub"]
        }
        #expect(await signOn.failure() == nil)
    }

    @Test func `clocks may be a minute apart`() async throws {
        let signOn = try SignOn()
        let now = signOn.now.seconds
        let cases: [(String, Int64, SignOnError.Code?)] = [
            ("exp", -59, nil), ("exp", -60, .token), ("exp", -3_600, .token), ("iat", 60, nil), ("iat", 61, .token),
            ("nbf", 60, nil), ("nbf", 61, .token),
        ]
        for (claim, offset, expected) in cases {
            signOn.provider.change { $0.claims = [claim: .integer(now + offset)] }
            #expect(await signOn.failure() == expected, "\(claim) \(offset)")
        }
    }

    @Test func `the hash of the access token follows the algorithm`() async throws {
        for key in [ProviderKey.rsa, .p384(), .ed25519()] {
            let signOn = try SignOn(key: key)
            let hash = Base64URL.encode(key.algorithm.halfHash(of: "access-1"))
            signOn.provider.change { $0.claims = ["at_hash": .string(hash)] }
            #expect(await signOn.failure() == nil)
        }
    }

    /// Changes the signature's first character, whose bits all count.
    private static func changingSignature(of token: String) -> String {
        var parts = token.split(separator: ".").map(String.init)
        let first = parts[2].removeFirst()
        parts[2] = (first == "A" ? "B" : "A") + parts[2]
        return parts.joined(separator: ".")
    }
}
