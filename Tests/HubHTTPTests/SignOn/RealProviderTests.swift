import HTTPTypes
import HTTPTransport
import HubAPI
import HubSignOn
import HubStore
import HubTestSupport
import JSON
import Logging
import SignOnTestSupport
import Testing
import Values

/// The whole way, at a provider that others wrote: button, form, callback, device page, logout.
@Suite(.enabled(if: MockProvider.isInstalled, Comment(rawValue: MockProvider.whyNot)))
struct RealProviderTests {
    @Test func `a person signs in lets a command line in and signs out`() async throws {
        try await MockProvider.with { provider in
            try await provider.setClaims(
                ["email": "carol@example.com", "email_verified": true, "groups": ["team-web-admin"]],
                of: "carol"
            )
            let http = provider.client
            let party = RelyingParty(
                settings: try SignOnSettings(issuer: provider.issuer, clientID: "otomi", clientSecret: "secret"),
                client: ProviderClient { (request) async throws(HTTPTransportError) in try await http.send(request) },
                logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            try await SignOnHub.with(party: party) { hub in
                let browser = hub.browser
                let begun = try await browser.get("/auth/login?return=%2Fauth%2Fdevice")
                let parameters = try await provider.authorize(try #require(begun.headers[.location]), as: "carol")
                let query = parameters.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
                let back = try await browser.get("/auth/callback?\(query)")
                #expect(back.status == 303)
                #expect(back.headers[.location] == "/auth/device")

                let tokens = try await hub.letIn(browser)
                let identity = try #require(try await hub.identity(bearer: tokens.accessToken))
                #expect(identity.principal.name == "carol@example.com")
                #expect(identity.principal.grants == Set([Grant.team("web", .teamAdmin)].compactMap(\.self)))

                let page = try await browser.get("/auth/device")
                let left = try await browser.post("/auth/logout", ["csrf": try browser.formToken(of: page)])
                let end = try await provider.endSession(try #require(left.headers[.location]))
                #expect(end == "\(SignOnHub.address)/auth/signed-out")
                #expect(browser.session == nil)
                // The command line has a session of its own.
                #expect(try await hub.identity(bearer: tokens.accessToken) != nil)
            }
        }
    }
}
