import Foundation
import HTTPTransport
import HubAPI
import JSON
import Synchronization
import Testing

@testable import OtomiCommands

/// `otomi login` by a browser, and how the session is kept alive.
@Suite struct DeviceLoginTests {
    private static let device = DeviceAuthorization(
        deviceCode: "device-secret",
        userCode: "BCDF-GHJK",
        verificationURI: "https://hub.test/auth/device",
        verificationURIComplete: "https://hub.test/auth/device?user_code=BCDF-GHJK",
        expiresIn: 600,
        interval: 5
    )

    private static let tokens = IssuedTokens(
        accessToken: "otomi_session_first",
        expiresIn: 43_200,
        refreshToken: "otomi_refresh_first"
    )

    /// `until`: when the session ends, as the hub says.
    private static func hub(_ answers: [FakeHub.Answer], until: String = "2026-02-01T00:00:00Z") -> FakeHub {
        let session = SessionEntry(name: "alice", kind: "person", grants: [], expiresAt: until)
        return FakeHub([
            "POST /auth/device": [.json(device.json)], "POST /auth/token": answers,
            "POST /auth/revoke": [.json([:])], "GET /api/v1/session": [.json(session.json)],
            "DELETE /api/v1/session": [FakeHub.Answer(status: 204)],
            "GET /api/v1/clusters": [.json(["items": []])],
        ])
    }

    private static func error(_ code: OAuthError.Code) -> FakeHub.Answer {
        FakeHub.Answer(status: 400, json: OAuthError(code, "words").json)
    }

    private static func run(
        _ hub: FakeHub,
        _ home: String,
        _ arguments: String...,
        time: TimeSource? = nil,
        programs: ProgramRunner = .none
    ) async -> Outcome {
        await otomi(arguments, hub: hub, environment: ["XDG_CONFIG_HOME": home], time: time, programs: programs)
    }

    private static func contexts(_ home: String) throws -> String {
        try String(contentsOfFile: "\(home)/otomi/config.json", encoding: .utf8)
    }

    @Test func `the address and the code are shown, and the hub is asked at its pace until somebody decides`()
        async throws
    {
        try await withTemporaryFolder([:]) { home in
            let hub = Self.hub([
                Self.error(.authorizationPending), .failure(.connect), Self.error(.slowDown), .json(Self.tokens.json),
            ])
            let time = ManualTime()
            let outcome = await Self.run(hub, home, "login", "http://hub.test", time: time.source)
            #expect(outcome.status == .success, "\(outcome.error)")
            #expect(outcome.error.contains("https://hub.test/auth/device?user_code=BCDF-GHJK"))
            #expect(outcome.error.contains("compare the code there: BCDF-GHJK"))
            #expect(time.slept == [.seconds(5), .seconds(5), .seconds(5), .seconds(10)])
            #expect(outcome.output.contains("Signed in as alice"))
            for secret in ["device-secret", "otomi_session", "otomi_refresh"] {
                #expect(!outcome.output.contains(secret) && !outcome.error.contains(secret))
            }
            let stored = try Self.contexts(home)
            #expect(stored.contains("otomi_session_first") && stored.contains("otomi_refresh_first"))
            #expect(!(await Self.run(hub, home, "context", "list", "-o", "json")).output.contains("otomi_refresh"))
        }
    }

    @Test func `a refusal, a code that is too old and nobody who acts end it`() async throws {
        try await withTemporaryFolder([:]) { home in
            let refused = await Self.run(Self.hub([Self.error(.accessDenied)]), home, "login", "http://hub.test")
            #expect(refused.status == .notAllowed)
            let old = await Self.run(Self.hub([Self.error(.expiredToken)]), home, "login", "http://hub.test")
            #expect(old.status == .timeout)
            let time = ManualTime()
            let nobody = await Self.run(
                Self.hub([Self.error(.authorizationPending)]),
                home,
                "login",
                "http://hub.test",
                time: time.source
            )
            #expect(nobody.status == .timeout)
            #expect(time.slept.count == 119)
            #expect(!FileManager.default.fileExists(atPath: "\(home)/otomi/config.json"))
        }
    }

    @Test func `a browser is opened only when asked for`() async throws {
        try await withTemporaryFolder([:]) { home in
            let opened = Mutex<[String]>([])
            let programs = ProgramRunner { name, arguments, _ in
                opened.withLock { $0.append(([name] + arguments).joined(separator: " ")) }
                return 0
            }
            let hub = Self.hub([.json(Self.tokens.json)])
            _ = await Self.run(hub, home, "login", "http://hub.test", programs: programs)
            #expect(opened.withLock { $0 }.isEmpty)
            _ = await Self.run(hub, home, "login", "http://hub.test", "--browser", programs: programs)
            #expect(opened.withLock { $0 } == ["xdg-open https://hub.test/auth/device?user_code=BCDF-GHJK"])
        }
    }

    @Test func `a session that is about to end is renewed once, and the new one is used`() async throws {
        try await withTemporaryFolder([:]) { home in
            // Two minutes before its end.
            _ = await Self.run(
                Self.hub([.json(Self.tokens.json)], until: "2026-01-02T03:06:05Z"),
                home,
                "login",
                "http://hub.test"
            )
            let next = IssuedTokens(
                accessToken: "otomi_session_second",
                expiresIn: 43_200,
                refreshToken: "otomi_refresh_second"
            )
            let hub = Self.hub([.json(next.json)])
            #expect(await Self.run(hub, home, "cluster", "list").status == .success)
            #expect(hub.requests.last?.authorization == "Bearer otomi_session_second")
            let stored = try Self.contexts(home)
            #expect(stored.contains("otomi_refresh_second"))
            #expect(await Self.run(hub, home, "cluster", "list").status == .success)
            #expect(hub.requests.count { $0.line == "POST /auth/token" } == 1)
        }
    }

    /// Renews a session that ends in two minutes, while somebody edits its context; gives the context afterwards.
    private static func renewed(while edit: @escaping @Sendable (inout HubContext) -> Void) async throws -> HubContext {
        try await withTemporaryFolder([:]) { home in
            let next = IssuedTokens(accessToken: "second", expiresIn: 43_200, refreshToken: "second refresh")
            let hub = Self.hub([.json(Self.tokens.json), .json(next.json)], until: "2026-01-02T03:06:05Z")
            _ = await Self.run(hub, home, "login", "http://hub.test")
            let file = try #require(ContextFile(environment: ["XDG_CONFIG_HOME": home]))
            let renewal = SessionRenewal(
                file: file,
                name: "hub.test",
                connect: { token in
                    try HubClient(url: "http://hub.test", token: token) { (request) async throws(HTTPTransportError) in
                        // An editor knows of no lock.
                        if request.url.hasSuffix("/auth/token") {
                            try? file.changeLocked { contents in
                                guard var context = contents.context("hub.test") else { return }
                                edit(&context)
                                contents.put(context)
                            }
                        }
                        return try hub.answer(request)
                    }
                },
                time: ManualTime().source
            )
            #expect(try await renewal.token() == "second")
            return try #require(file.read().context("hub.test"))
        }
    }

    @Test func `what is changed of a context during a renewal is kept, and a new sign-in too`() async throws {
        let changed = try await Self.renewed { $0.tier = "prod" }
        #expect(changed.isProd)
        #expect(changed.token == "second" && changed.refreshToken == "second refresh")
        let another = try await Self.renewed { context in
            context.token = "another"
            context.refreshToken = "another refresh"
        }
        #expect(another.token == "another" && another.refreshToken == "another refresh")
    }

    @Test func `signing out ends what could renew the session`() async throws {
        try await withTemporaryFolder([:]) { home in
            let hub = Self.hub([.json(Self.tokens.json)])
            _ = await Self.run(hub, home, "login", "http://hub.test")
            #expect(await Self.run(hub, home, "logout").status == .success)
            #expect(hub.requests.contains { $0.line == "POST /auth/revoke" })
            let stored = try Self.contexts(home)
            #expect(!stored.contains("otomi_refresh"))
        }
    }
}
