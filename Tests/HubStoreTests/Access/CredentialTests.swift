import Concurrency
import HubStore
import Postgres
import PostgresTestSupport
import Testing
import Values

/// Sessions, tokens and what they allow at each moment.
@Suite struct CredentialTests {
    private static func session(
        _ fixture: HubStoreFixture,
        _ audience: SessionAudience
    ) async throws -> SignedIn {
        let id = try await fixture.store.person(named: "alice").id
        return try await fixture.store.openSession(of: id, audience: audience, from: SignInTests.origin)
    }

    @Test func `a session is worth nothing to another audience`() async throws {
        try await SignInTests.with { fixture in
            for audience in SessionAudience.allCases {
                let token = try await Self.session(fixture, audience).token
                for other in SessionAudience.allCases {
                    let credential = try #require(Credential(session: token, other))
                    #expect((try await fixture.store.identify(credential) != nil) == (other == audience))
                }
            }
        }
    }

    @Test func `a session ends when it is not used, and at the latest after its time`() async throws {
        try await SignInTests.with { fixture in
            let store = fixture.store
            let credential = try await Self.session(fixture, .browser).identity.credential
            for _ in 0..<23 {
                fixture.clock.advance(.seconds(1800))
                #expect(try await store.identify(credential) != nil)
            }
            fixture.clock.advance(.seconds(1800))
            #expect(try await store.identify(credential) == nil)
            let idle = try await Self.session(fixture, .browser).identity.credential
            fixture.clock.advance(.seconds(3601))
            #expect(try await store.identify(idle) == nil)
        }
    }

    @Test func `kubectl's session lives fifteen minutes, however much it is used`() async throws {
        try await SignInTests.with { fixture in
            #expect(SessionAudience.kubectl.lifetime <= .seconds(15 * 60))
            let credential = try await Self.session(fixture, .kubectl).identity.credential
            for _ in 0..<14 {
                fixture.clock.advance(.seconds(60))
                #expect(try await fixture.store.identify(credential) != nil)
            }
            fixture.clock.advance(.seconds(60))
            #expect(try await fixture.store.identify(credential) == nil)
        }
    }

    @Test func `what is taken away does not count at the next request`() async throws {
        try await SignInTests.with { fixture in
            let store = fixture.store
            let credential = try await Self.session(fixture, .cli).identity.credential
            try await store.grant(.platformAdmin, to: "alice")
            #expect(try await store.identify(credential)?.principal.isPlatformAdmin == true)
            try await store.revoke(.platformAdmin, from: "alice")
            try await store.revoke(.auditor, from: "alice")
            #expect(try await store.identify(credential)?.principal.grants == [])
            await #expect(throws: StoreError.self) { try await store.revoke(.auditor, from: "alice") }
            try await store.endAllSessions(of: "alice")
            #expect(try await store.identify(credential) == nil)
        }
    }

    @Test func `disabling somebody ends their sessions and takes the power of their tokens; enabling gives it back`()
        async throws
    {
        try await SignInTests.with { fixture in
            let store = fixture.store
            let session = try await Self.session(fixture, .cli)
            let person = try #require(session.identity.personID)
            let token = try await store.createAPIToken(NewAPIToken(name: "ci", scope: .owner), owner: person).text
            #expect(try await store.identify(bearer: token)?.principal.grants == [.auditor])
            try await store.disablePerson(named: "alice")
            #expect(try await store.identify(session.identity.credential) == nil)
            #expect(try await store.identify(bearer: token) == nil)
            try await store.enablePerson(named: "alice")
            #expect(try await store.identify(session.identity.credential) == nil)
            #expect(try await store.identify(bearer: token) != nil)
            try await store.deletePerson(named: "alice")
            #expect(try await store.identify(bearer: token) == nil)
            #expect(try await store.allAPITokens().isEmpty)
        }
    }

    @Test func `a token allows no more than its role, and than its owner at that moment`() async throws {
        try await SignInTests.with { fixture in
            let store = fixture.store
            let person = try await store.person(named: "alice").id
            let admin = try #require(Grant.team("demo", .teamAdmin))
            let member = try #require(Grant.team("demo", .teamMember))
            let other = try #require(Grant.team("other", .teamMember))
            func grants(_ name: String, _ scope: TokenScope) async throws -> Set<Grant>? {
                let text = try await store.createAPIToken(NewAPIToken(name: name, scope: scope), owner: person).text
                return try await store.identify(bearer: text)?.principal.grants
            }
            #expect(try await grants("a", .grant(member)) == [])
            try await store.grant(admin, to: "alice")
            #expect(try await grants("b", .grant(member)) == [member])
            #expect(try await grants("c", .grant(other)) == [])
            #expect(try await grants("d", .grant(.platformAdmin)) == [])
            #expect(try await grants("e", .owner) == [admin, .auditor])
        }
    }

    @Test func `tokens expire, are revoked, and note their use`() async throws {
        try await SignInTests.with { fixture in
            let store = fixture.store
            let person = try await store.person(named: "alice").id
            let (text, made) = try await store.createAPIToken(NewAPIToken(name: "ci", scope: .owner), owner: person)
            #expect(made.name == "alice/ci" && made.lastUsedAt == nil)
            #expect(made.expiresAt == fixture.clock.now + .seconds(90 * 86400))
            let identity = try #require(try await store.identify(bearer: text))
            #expect(identity.principal.name == "alice/ci" && identity.principal.kind == .token)
            #expect(try await store.apiTokens(owner: person).map(\.lastUsedAt) == [fixture.clock.now])
            for bad in [Duration.zero, .seconds(400 * 86400)] {
                await #expect(throws: StoreError.self) {
                    try await store.createAPIToken(NewAPIToken(name: "x", scope: .owner, lifetime: bad), owner: person)
                }
            }
            await #expect(throws: StoreError.self) {
                try await store.createAPIToken(NewAPIToken(name: "CI", scope: .owner), owner: person)
            }
            fixture.clock.advance(.seconds(90 * 86400))
            #expect(try await store.identify(bearer: text) == nil)
            try await store.revokeAPIToken(name: "alice/ci")
            #expect(try await store.apiTokens(owner: person).isEmpty)
        }
    }

    @Test func `no secret is stored as it is`() async throws {
        try await SignInTests.with { fixture in
            let session = try await Self.session(fixture, .browser).token
            let code = try await fixture.store.issuePasswordCode(for: "alice").text
            let token = try await fixture.store.createAPIToken(NewAPIToken(name: "m", scope: .grant(.auditor))).text
            let dump = try await fixture.database.pool.withConnection { connection in
                try ["people", "sessions", "password_codes", "api_tokens", "sign_in_attempts"].map { table in
                    try connection.query("SELECT coalesce(json_agg(t)::text, '') FROM \(identifier: table) t")[0]
                        .get(0, as: String.self)
                }.joined()
            }
            for secret in [session, code, token, SignInTests.password] {
                #expect(!dump.contains(secret))
                #expect(!dump.contains(secret.dropFirst(14)))
            }
        }
    }

    @Test func `names and addresses are one whatever their case, and nobody's name is another's address`() async throws
    {
        try await SignInTests.with { fixture in
            for taken in [
                NewPerson(name: "ALICE"), NewPerson(name: "bob", email: "alice@EXAMPLE.com"),
                NewPerson(name: "alice@example.com"), NewPerson(name: "carol", email: "alice"),
            ] {
                let error = await #expect(throws: StoreError.self) { try await fixture.store.createPerson(taken) }
                #expect(error?.code == .alreadyExists)
            }
            for bad in ["", " ", "a b", "аlice", "-x", String(repeating: "x", count: 255)] {
                let error = await #expect(throws: StoreError.self) {
                    try await fixture.store.createPerson(NewPerson(name: bad))
                }
                #expect(error?.code == .invalid)
            }
            let names = try await fixture.store.people().items.map(\.name)
            #expect(names == ["alice"])
        }
    }
}
