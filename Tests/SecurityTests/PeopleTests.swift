import Concurrency
import HTTPTypes
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import Hummingbird
import HummingbirdTesting
import Postgres
import ServiceLifecycle
import Testing
import Values

/// What is left to somebody whose access was taken away.
@Suite struct RemovedPeopleTests {
    /// Ways to take access away.
    enum Loss: CaseIterable, Sendable {
        case removed, disabled, roleRevoked, signedOutEverywhere, rawDelete

        func happen(to name: String, _ hub: HubTest) async throws {
            switch self {
            case .removed: try await hub.store.deletePerson(named: name)
            case .disabled: try await hub.store.disablePerson(named: name)
            case .roleRevoked: try await hub.store.revoke(.auditor, from: name)
            case .signedOutEverywhere: try await hub.store.endAllSessions(of: name)
            case .rawDelete:
                try await hub.store.pool.withConnection { connection in
                    _ = try connection.query("DELETE FROM people WHERE name = \(name)")
                }
            }
        }
    }

    /// Runs `body` against a hub that has all of its services.
    private static func serve(
        isListening: Bool,
        _ body: @escaping @Sendable (HubTest, HubCaller) async throws -> Void
    ) async throws {
        try await HubTest.with(isListening: isListening) { hub, _ in
            let application = hub.application
            try await application.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for service in application.services { group.addTask { try await service.run() } }
                    try await body(hub, HubCaller(client: client, token: HubTest.adminToken))
                    group.cancelAll()
                }
            }
        }
    }

    private static func auditor(_ hub: HubTest, _ caller: HubCaller) async throws -> HubCaller {
        try await hub.store.createPerson(NewPerson(name: "mallory", grants: [.auditor]))
        let id = try await hub.store.person(named: "mallory").id
        let session = try await hub.store.openSession(of: id, audience: .cli, from: SignInOrigin(address: nil))
        return caller.with(token: session.token)
    }

    @Test(
        "35 · whoever is removed is cut off within five seconds, in the middle of a request",
        arguments: Loss.allCases
    )
    func cutOff(loss: Loss) async throws {
        try await Self.serve(isListening: true) { hub, caller in
            try await Self.endsLivePoll(loss, hub, caller)
        }
    }

    @Test("35 · whoever is removed is cut off within five seconds, also when no announcement comes through")
    func cutOffUnannounced() async throws {
        try await Self.serve(isListening: false) { hub, caller in
            try await Self.endsLivePoll(.removed, hub, caller)
        }
    }

    private static func endsLivePoll(_ loss: Loss, _ hub: HubTest, _ caller: HubCaller) async throws {
        let mallory = try await auditor(hub, caller)
        let version = try await mallory.get(Route.status.path()).message(FleetStatus.self).version
        async let poll = mallory.get(Route.status.path(query: [("after", version), ("wait", "50")]))
        // The poll may begin before or after the loss: it must end in both cases.
        try await loss.happen(to: "mallory", hub)
        let start = ContinuousClock.now
        let status = try await poll.status
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(status == 401 || status == 403)
        let next = try await mallory.get(Route.status.path()).status
        #expect(next == (loss == .roleRevoked ? 403 : 401))
    }

    @Test("35 · a removed person's tokens and every session of theirs are worth nothing at once")
    func tokens() async throws {
        try await HubTest.with { hub, caller in
            let mallory = try await Self.auditor(hub, caller)
            let made = try await mallory.post(Route.tokens.path(), NewTokenRequest(name: "backdoor"))
                .message(HubAPI.NewToken.self)
            let token = caller.with(token: made.secret)
            #expect(try await token.get(Route.status.path()).status == 200)
            #expect(try await caller.delete(Route.person.path("mallory")).status == 204)
            try await token.get(Route.status.path()).problem(.unauthenticated)
            try await mallory.get(Route.status.path()).problem(.unauthenticated)
        }
    }

    @Test("35 · a session for kubectl lives fifteen minutes at most, is of no use elsewhere, and ends with the person")
    func kubectl() async throws {
        try await HubTest.with { hub, caller in
            _ = try await Self.auditor(hub, caller)
            let id = try await hub.store.person(named: "mallory").id
            let origin = SignInOrigin(address: nil)
            let first = try await hub.store.openSession(of: id, audience: .kubectl, from: origin)
            try await caller.with(token: first.token).get(Route.status.path()).problem(.unauthenticated)
            #expect(try await hub.store.identify(first.identity.credential) != nil)
            hub.advance(by: .seconds(15 * 60))
            #expect(try await hub.store.identify(first.identity.credential) == nil)
            let second = try await hub.store.openSession(of: id, audience: .kubectl, from: origin)
            try await hub.store.disablePerson(named: "mallory")
            #expect(try await hub.store.identify(second.identity.credential) == nil)
        }
    }
}
