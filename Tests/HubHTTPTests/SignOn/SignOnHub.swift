import Concurrency
import HTTPTypes
import HubAPI
import HubHTTP
import HubSignOn
import HubStore
import HubTestSupport
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import Observability
import SignOnTestSupport
import Synchronization
import Testing

/// A hub with an identity provider, as browsers and command lines see it.
struct SignOnHub: Sendable {
    static let address = "https://hub.example.com"

    let hub: HubTest
    let provider: ScriptedProvider
    let client: any TestClientProtocol

    /// Runs `body` with a hub whose people sign in at a scripted provider, or at another one.
    static func with(
        hasProvider: Bool = true,
        party: RelyingParty? = nil,
        _ body: @Sendable (SignOnHub) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, _ in
            let provider = ScriptedProvider(clock: { hub.now })
            let application = HubApplication(
                store: hub.store,
                events: hub.events,
                metrics: MetricsRegistry(),
                logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() }),
                publicURL: address,
                signOn: hasProvider ? try party ?? provider.relyingParty() : nil,
                clock: { hub.now }
            )
            try await application.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
                try await body(SignOnHub(hub: hub, provider: provider, client: client))
            }
        }
    }

    var browser: SignOnBrowser { SignOnBrowser(caller: HubCaller(client: client)) }

    /// A browser in which somebody is signed in.
    func signedIn(as subject: String = "alice", to path: String = "/") async throws -> SignOnBrowser {
        let browser = browser
        let answer = try await browser.signOn(at: provider, as: subject, to: path)
        try #require(answer.status == 303, "\(answer.status): \(answer.text)")
        return browser
    }

    /// Sends a form as a command line does.
    func form(_ route: DeviceFlow.Route, _ items: KeyValuePairs<String, String>) async throws -> HubAnswer {
        try await HubCaller(client: client).send(
            .post,
            route.rawValue,
            headers: [.contentType: FormEncoding.mediaType],
            body: Array(FormEncoding.encode(items).utf8)
        )
    }

    /// Begins the device flow.
    func device() async throws -> DeviceAuthorization {
        try await form(.deviceAuthorization, ["client_id": DeviceFlow.clientID, "device_name": "laptop"]).message()
    }

    /// Asks once for a device's tokens.
    func poll(_ device: DeviceAuthorization) async throws -> HubAnswer {
        try await form(
            .token,
            [
                "client_id": DeviceFlow.clientID, "grant_type": DeviceFlow.deviceGrant,
                "device_code": device.deviceCode,
            ]
        )
    }

    func refresh(_ token: String) async throws -> HubAnswer {
        try await form(
            .token,
            ["client_id": DeviceFlow.clientID, "grant_type": DeviceFlow.refreshGrant, "refresh_token": token]
        )
    }

    /// The device flow from end to end.
    func letIn(_ browser: SignOnBrowser) async throws -> IssuedTokens {
        let device = try await device()
        try await browser.decide(device.userCode, "allow")
        return try await poll(device).message()
    }

    /// Who a bearer token stands for.
    func identity(bearer token: String) async throws -> Identity? {
        try await hub.store.identify(#require(Credential(bearer: token)))
    }
}

extension HubAnswer {
    /// The error of the token endpoint.
    func oauthError() throws -> OAuthError.Code {
        #expect(status == 400 || status == 401)
        #expect(headers[.cacheControl] == "no-store")
        return try OAuthError(json: .init(parsing: bytes)).code
    }

    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
