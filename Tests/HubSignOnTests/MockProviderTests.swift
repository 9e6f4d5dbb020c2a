import Concurrency
import HTTPTransport
import HubSignOn
import JSON
import Logging
import SignOnTestSupport
import Testing
import Values

/// The hub's side against a provider that others wrote: python's oidc-provider-mock.
@Suite(.enabled(if: MockProvider.isInstalled, Comment(rawValue: MockProvider.whyNot)))
struct MockProviderTests {
    @Test func `signs in and out at a real provider`() async throws {
        try await MockProvider.with { provider in
            try await provider.setClaims(
                [
                    "email": "alice@example.com", "email_verified": true, "name": "Alice",
                    "groups": ["team-web", "team-ops-admin"],
                ],
                of: "alice"
            )
            let party = try party(of: provider)
            let first = try await signIn(as: "alice", provider, party)
            #expect(first.subject == "alice")
            #expect(first.email == "alice@example.com")
            #expect(first.name == "Alice")
            #expect(first.grants == Set([Grant.team("web", .teamMember), .team("ops", .teamAdmin)].compactMap { $0 }))
            try await provider.setClaims(["email": "alice@example.com", "groups": ["platform-admin"]], of: "alice")
            #expect(try await signIn(as: "alice", provider, party).grants == [.platformAdmin])
            let url = try #require(
                try await party.logoutURL(idToken: first.idToken, returningTo: "http://127.0.0.1:1/auth/signed-out")
            )
            #expect(try await provider.endSession(url) == "http://127.0.0.1:1/auth/signed-out")
        }
    }

    @Test func `a token of a real provider counts for one sign in only`() async throws {
        try await MockProvider.with { provider in
            let party = try party(of: provider)
            let (first, url) = try await party.begin(redirectURI: Self.redirectURI)
            let (second, _) = try await party.begin(redirectURI: Self.redirectURI)
            let parameters = try await provider.authorize(url, as: "alice")
            // The answer to the first is brought to the second with its state corrected: the nonce gives it away.
            let mixed = parameters.merging(["state": second.state]) { $1 }
            let error = await #expect(throws: SignOnError.self) {
                try await party.finish(
                    AuthorizationResponse(parameters: mixed),
                    of: second,
                    redirectURI: Self.redirectURI
                )
            }
            #expect(error?.code == .token)
            // And the code is used up.
            let again = await #expect(throws: SignOnError.self) {
                try await party.finish(
                    AuthorizationResponse(parameters: parameters),
                    of: first,
                    redirectURI: Self.redirectURI
                )
            }
            #expect(again?.code == .response)
        }
    }

    private static let redirectURI = "http://127.0.0.1:1/auth/callback"

    private func party(of provider: MockProvider) throws -> RelyingParty {
        let http = provider.client
        return RelyingParty(
            settings: try SignOnSettings(issuer: provider.issuer, clientID: "otomi", clientSecret: "secret"),
            client: ProviderClient { (request) async throws(HTTPTransportError) in try await http.send(request) },
            logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    private func signIn(
        as subject: String,
        _ provider: MockProvider,
        _ party: RelyingParty
    ) async throws -> SignedOnPerson {
        let (pending, url) = try await party.begin(redirectURI: Self.redirectURI)
        let parameters = try await provider.authorize(url, as: subject)
        return try await party.finish(
            AuthorizationResponse(parameters: parameters),
            of: pending,
            redirectURI: Self.redirectURI
        )
    }
}
