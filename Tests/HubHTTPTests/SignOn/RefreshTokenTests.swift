import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import SignOnTestSupport
import Testing
import Values

/// How a command line stays signed in, and what ends that.
@Suite struct RefreshTokenTests {
    @Test func `a session is renewed and the old one ends`() async throws {
        try await SignOnHub.with { hub in
            let first = try await hub.letIn(try await hub.signedIn())
            let second = try await hub.refresh(first.refreshToken).message(IssuedTokens.self)
            #expect(second.accessToken != first.accessToken && second.refreshToken != first.refreshToken)
            #expect(try await hub.identity(bearer: first.accessToken) == nil)
            #expect(try await hub.identity(bearer: second.accessToken)?.principal.name == "alice@example.com")
        }
    }

    @Test func `a token that comes back ends the family`() async throws {
        try await SignOnHub.with { hub in
            let first = try await hub.letIn(try await hub.signedIn())
            let second = try await hub.refresh(first.refreshToken).message(IssuedTokens.self)
            #expect(try await hub.refresh(first.refreshToken).oauthError() == .invalidGrant)
            #expect(try await hub.identity(bearer: second.accessToken) == nil)
            let events = try await hub.hub.store.securityEvents().map(\.event)
            #expect(events.map(\.kind) == [.refreshTokenReused])
            #expect(events.first?.subject == "alice@example.com")
            #expect(try await hub.refresh(second.refreshToken).oauthError() == .invalidGrant)
        }
    }

    @Test func `of two at once one is renewed at the most`() async throws {
        try await SignOnHub.with { hub in
            let first = try await hub.letIn(try await hub.signedIn())
            let statuses: [Int] = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await hub.refresh(first.refreshToken).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } <= 1)
        }
    }

    @Test func `a session counts for twelve hours and is renewed afterwards`() async throws {
        try await SignOnHub.with { hub in
            let first = try await hub.letIn(try await hub.signedIn())
            hub.hub.advance(by: HubStore.deviceSessionLifetime)
            #expect(try await hub.identity(bearer: first.accessToken) == nil)
            try await hub.hub.store.clearEndedAccess()
            let second = try await hub.refresh(first.refreshToken).message(IssuedTokens.self)
            #expect(try await hub.identity(bearer: second.accessToken) != nil)
            hub.hub.advance(by: HubStore.refreshLifetime)
            #expect(try await hub.refresh(second.refreshToken).oauthError() == .invalidGrant)
        }
    }

    @Test func `what ends a person's sessions ends their command lines`() async throws {
        try await SignOnHub.with { hub in
            let browser = try await hub.signedIn()
            let first = try await hub.letIn(browser)
            try await hub.hub.store.endAllSessions(of: "alice@example.com")
            #expect(try await hub.refresh(first.refreshToken).oauthError() == .invalidGrant)

            let second = try await hub.letIn(try await hub.signedIn())
            try await hub.hub.store.disablePerson(named: "alice@example.com")
            #expect(try await hub.identity(bearer: second.accessToken) == nil)
            #expect(try await hub.refresh(second.refreshToken).oauthError() == .invalidGrant)
            // Being let in again brings nothing back.
            try await hub.hub.store.enablePerson(named: "alice@example.com")
            #expect(try await hub.refresh(second.refreshToken).oauthError() == .invalidGrant)
        }
    }

    @Test func `somebody who is disabled meanwhile is not let in`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            try await (try await hub.signedIn()).decide(device.userCode, "allow")
            try await hub.hub.store.disablePerson(named: "alice@example.com")
            #expect(try await hub.poll(device).oauthError() == .invalidGrant)
        }
    }

    @Test func `what ends a person's sessions ends what they had let in`() async throws {
        try await SignOnHub.with { hub in
            let store = hub.hub.store
            let endings: [@Sendable () async throws -> Void] = [
                { try await store.endAllSessions(of: "alice@example.com") },
                { try await store.setPassword(of: "alice@example.com", to: "four small grey cats") },
            ]
            for end in endings {
                let device = try await hub.device()
                try await (try await hub.signedIn()).decide(device.userCode, "allow")
                try await end()
                #expect(try await hub.poll(device).oauthError() == .invalidGrant)
            }
        }
    }

    @Test func `a session is renewed however many others there are`() async throws {
        try await SignOnHub.with { hub in
            let browser = try await hub.signedIn()
            hub.hub.advance(by: .seconds(1))
            let first = try await hub.letIn(browser)
            let id = try await hub.hub.store.person(named: "alice@example.com").id
            hub.hub.advance(by: .seconds(1))
            // The browser's session makes room, and the command line's is the least used one then.
            for _ in 0..<49 {
                let origin = SignInOrigin(address: nil)
                _ = try await hub.hub.store.openSession(of: id, audience: .cli, from: origin)
            }
            let second = try await hub.refresh(first.refreshToken).message(IssuedTokens.self)
            #expect(try await hub.identity(bearer: second.accessToken) != nil)
            #expect(try await hub.refresh(second.refreshToken).status == 200)
        }
    }

    @Test func `signing out ends the family`() async throws {
        try await SignOnHub.with { hub in
            let tokens = try await hub.letIn(try await hub.signedIn())
            let form: KeyValuePairs = ["client_id": DeviceFlow.clientID, "token": tokens.refreshToken]
            #expect(try await hub.form(.tokenRevocation, form).status == 200)
            #expect(try await hub.identity(bearer: tokens.accessToken) == nil)
            #expect(try await hub.refresh(tokens.refreshToken).oauthError() == .invalidGrant)
            // A token that is not known is no error (RFC 7009, section 2.2).
            #expect(try await hub.form(.tokenRevocation, form).status == 200)
        }
    }
}
