import Concurrency
import HubStore
import Postgres
import PostgresTestSupport
import Testing
import Values

/// Who is let in, who is not, and how failures are counted.
@Suite struct SignInTests {
    static let password = "four small grey cats"
    static let origin = SignInOrigin(address: "192.0.2.1", userAgent: "test")

    static func with(_ body: (HubStoreFixture) async throws -> Void) async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.store.createPerson(
                NewPerson(name: "Alice", email: "Alice@Example.com", grants: [.auditor])
            )
            try await fixture.store.setPassword(of: "alice", to: password)
            try await body(fixture)
        }
    }

    private static func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? StoreError)?.code }
    }

    private static func attempt(
        _ fixture: HubStoreFixture,
        _ name: String,
        _ password: String,
        from origin: SignInOrigin = Self.origin
    ) async -> StoreError.Code? {
        await code { _ = try await fixture.store.signIn(name: name, password: password, audience: .cli, from: origin) }
    }

    private static func setPassword(
        _ fixture: HubStoreFixture,
        _ code: String,
        _ password: String
    ) async -> StoreError.Code? {
        await Self.code { try await fixture.store.setPassword(withCode: code, to: password, from: origin) }
    }

    @Test(arguments: ["alice", "ALICE", "alice@example.com"])
    func `somebody is let in by their name or address and their password`(name: String) async throws {
        try await Self.with { fixture in
            let signedIn = try await fixture.store.signIn(
                name: name,
                password: Self.password,
                audience: .cli,
                from: Self.origin
            )
            #expect(signedIn.identity.principal == Principal(kind: .person, name: "alice", grants: [.auditor]))
            #expect(try await fixture.store.identify(bearer: signedIn.token) == signedIn.identity)
        }
    }

    @Test func `a wrong password, an unknown name and a disabled person are answered alike`() async throws {
        try await Self.with { fixture in
            #expect(await Self.attempt(fixture, "alice", "wrong") == .signInRefused)
            #expect(await Self.attempt(fixture, "nobody", Self.password) == .signInRefused)
            #expect(await Self.attempt(fixture, "no name at all ✗", Self.password) == .signInRefused)
            #expect(await Self.attempt(fixture, "alice", "") == .signInRefused)
            try await fixture.store.disablePerson(named: "alice")
            #expect(await Self.attempt(fixture, "alice", Self.password) == .signInRefused)
        }
    }

    @Test(arguments: ["alice", "nobody"])
    func `the fifth failure brings a pause that grows and always ends`(name: String) async throws {
        try await Self.with { fixture in
            for _ in 0..<5 { #expect(await Self.attempt(fixture, name, "wrong") == .signInRefused) }
            #expect(await Self.attempt(fixture, name, Self.password) == .signInLocked)
            // What is tried in a pause does not make it longer.
            fixture.clock.advance(.seconds(31))
            #expect(await Self.attempt(fixture, name, "wrong") == .signInRefused)
            fixture.clock.advance(.seconds(31))
            #expect(await Self.attempt(fixture, name, "wrong") == .signInLocked)
            fixture.clock.advance(.seconds(30))
            for _ in 0..<20 {
                _ = await Self.attempt(fixture, name, "wrong")
                fixture.clock.advance(.seconds(15 * 60 + 1))
            }
            #expect(await Self.attempt(fixture, name, Self.password) == (name == "alice" ? nil : .signInRefused))
        }
    }

    @Test func `a stranger elsewhere keeps nobody out, however long they try`() async throws {
        try await Self.with { fixture in
            let stranger = SignInOrigin(address: "198.51.100.9")
            for _ in 0..<40 {
                _ = await Self.attempt(fixture, "alice", "wrong", from: stranger)
                fixture.clock.advance(.seconds(15 * 60 + 1))
            }
            for _ in 0..<6 { _ = await Self.attempt(fixture, "alice", "wrong", from: stranger) }
            #expect(await Self.attempt(fixture, "alice", Self.password, from: stranger) == .signInLocked)
            #expect(await Self.attempt(fixture, "alice", Self.password) == nil)
        }
    }

    @Test func `guesses from many addresses bring a pause, but not where the person is signed in`() async throws {
        try await Self.with { fixture in
            #expect(await Self.attempt(fixture, "alice", Self.password) == nil)
            for address in 0..<7 {
                for _ in 0..<5 {
                    _ = await Self.attempt(fixture, "alice", "x", from: SignInOrigin(address: "198.51.100.\(address)"))
                }
            }
            let new = SignInOrigin(address: "203.0.113.5")
            #expect(await Self.attempt(fixture, "alice", Self.password, from: new) == .signInLocked)
            #expect(await Self.attempt(fixture, "alice", Self.password) == nil)
            // Who came in has cleared the name.
            #expect(await Self.attempt(fixture, "alice", Self.password, from: new) == nil)
        }
    }

    @Test func `a lock-out is a security event that does not repeat what was typed as a name`() async throws {
        try await Self.with { fixture in
            for name in ["alice", "hunter2-my-password"] {
                for _ in 0..<5 { _ = await Self.attempt(fixture, name, "wrong") }
            }
            let events = try await fixture.store.securityEvents().map(\.event)
            #expect(Set(events.map(\.subject)) == ["alice", "an unknown name"])
            #expect(events.allSatisfy { $0.kind == .accountLocked && $0.address == "192.0.2.1" })
        }
    }

    @Test func `of many attempts at once no more are looked at than one after another`() async throws {
        try await Self.with { fixture in
            let answers = await withTaskGroup(of: StoreError.Code?.self) { group in
                for number in 0..<24 {
                    group.addTask { await Self.attempt(fixture, "alice", "guess \(number)") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .signInRefused } == 5)
            #expect(answers.count { $0 == .signInLocked } == 19)
        }
    }

    @Test func `an address that tries many names is paused, others are not`() async throws {
        try await Self.with { fixture in
            for number in 0..<50 { #expect(await Self.attempt(fixture, "name\(number)", "x") == .signInRefused) }
            #expect(await Self.attempt(fixture, "alice", Self.password) == .signInLocked)
            let elsewhere = SignInOrigin(address: "198.51.100.1")
            #expect(await Self.attempt(fixture, "alice", Self.password, from: elsewhere) == nil)
            fixture.clock.advance(.seconds(31))
            #expect(await Self.attempt(fixture, "alice", Self.password) == nil)
        }
    }

    @Test func `a success forgets the failures of the name, and old ones are cleared away`() async throws {
        try await Self.with { fixture in
            for _ in 0..<3 {
                for _ in 0..<4 { _ = await Self.attempt(fixture, "alice", "wrong") }
                #expect(await Self.attempt(fixture, "alice", Self.password) == nil)
            }
            _ = await Self.attempt(fixture, "nobody", "wrong")
            fixture.clock.advance(.seconds(8 * 86400))
            try await fixture.store.clearEndedAccess()
            let left = try await fixture.database.pool.withConnection { connection in
                try connection.query(
                    "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM sign_in_attempts)"
                )[0]
                .get(0, as: Int64.self)
            }
            #expect(left == 0)
        }
    }

    @Test func `a code sets the password once and ends every session`() async throws {
        try await Self.with { fixture in
            let store = fixture.store
            let session = try await store.signIn(
                name: "alice",
                password: Self.password,
                audience: .browser,
                from: Self.origin
            )
            let replaced = try await store.issuePasswordCode(for: "alice").text
            let code = try await store.issuePasswordCode(for: "alice").text
            #expect(await Self.setPassword(fixture, replaced, "another long one") == .signInRefused)
            #expect(await Self.setPassword(fixture, code, "short") == .invalid)
            #expect(try await store.setPassword(withCode: code, to: "another long one", from: Self.origin) == "alice")
            #expect(await Self.setPassword(fixture, code, "a third long one") == .signInRefused)
            #expect(try await store.identify(session.identity.credential) == nil)
            #expect(await Self.attempt(fixture, "alice", Self.password) == .signInRefused)
            #expect(await Self.attempt(fixture, "alice", "another long one") == nil)
            let late = try await store.issuePasswordCode(for: "alice").text
            fixture.clock.advance(.seconds(86401))
            #expect(await Self.setPassword(fixture, late, "a third long one") == .signInRefused)
        }
    }

    @Test func `an identity provider's word makes a person, and its groups replace only their own grants`() async throws
    {
        try await Self.with { fixture in
            let store = fixture.store
            let member = try #require(Grant.team("demo", .teamMember))
            let external = ExternalIdentity(
                issuer: "https://idp.example",
                subject: "7",
                preferredName: "bob",
                email: "bob@example.com",
                displayName: "Bob"
            )
            func signIn(_ grants: Set<Grant>) async throws -> Set<Grant> {
                try await store.signIn(external: external, grants: grants, audience: .browser, from: Self.origin)
                    .identity.principal.grants
            }
            #expect(try await signIn([member]) == [member])
            try await store.grant(.auditor, to: "bob")
            #expect(try await signIn([.platformAdmin]) == [.platformAdmin, .auditor])
            #expect(try await signIn([]) == [.auditor])
            #expect(await Self.attempt(fixture, "bob", "") == .signInRefused)
            try await store.disablePerson(named: "bob")
            #expect(await Self.code { _ = try await signIn([]) } == .signInRefused)
        }
    }

    @Test func `a name or an address never makes somebody another person`() async throws {
        try await Self.with { fixture in
            let thief = ExternalIdentity(
                issuer: "https://idp.example",
                subject: "8",
                preferredName: "alice",
                email: "alice@example.com",
                displayName: ""
            )
            let code = await Self.code {
                _ = try await fixture.store.signIn(
                    external: thief,
                    grants: [],
                    audience: .browser,
                    from: Self.origin
                )
            }
            #expect(code == .alreadyExists)
            try await fixture.store.linkPerson(named: "alice", issuer: thief.issuer, subject: thief.subject)
            let linked = try await fixture.store.signIn(
                external: thief,
                grants: [],
                audience: .browser,
                from: Self.origin
            )
            #expect(linked.identity.principal.name == "alice")
        }
    }
}
