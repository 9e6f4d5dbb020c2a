import Bundles
import Concurrency
import JSON
import Postgres
import Testing
import Values

@testable import HubStore

/// The audit log: what is in it, that it is one chain, and that it only grows.
@Suite struct AuditTests {
    private static let alice = Actor(
        Principal(kind: .person, name: "alice", grants: [.platformAdmin]),
        address: "192.0.2.7"
    )

    @Test func `who when from where what and the hashes are written with the change`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store.acting(as: Self.alice)
            for port in [80, 81] {
                _ = try await store.commit(
                    Commit(message: "m", author: "alice", put: [HubStoreFixture.service("web", port: port)])
                )
            }
            let records = try await store.auditRecords(AuditFilter(object: "Service demo/web"))
            #expect(records.count == 2)
            let last = try #require(records.first)
            #expect(last.actor == "alice")
            #expect(last.actorKind == "person")
            #expect(last.address == "192.0.2.7")
            #expect(last.action == "commitDocuments")
            #expect(last.detail == "updated in revision 2")
            #expect(last.at == fixture.clock.now)
            #expect(last.before == records[1].after)
            #expect(last.before != last.after)
            #expect(records[1].before == nil)
        }
    }

    @Test func `who proves who they are is the actor of what follows`() async throws {
        try await SignInTests.with { fixture in
            let store = fixture.store
            _ = try await store.signIn(
                name: "Alice@Example.com",
                password: SignInTests.password,
                audience: .cli,
                from: SignInTests.origin
            )
            let code = try await store.issuePasswordCode(for: "alice").text
            try await store.setPassword(withCode: code, to: "another long one", from: SignInTests.origin)
            let records = try await store.auditRecords(AuditFilter(actor: "alice"))
            #expect(records.map(\.action) == ["changeOwnAccount", "signIn"])
            for record in records {
                #expect(record.actorKind == "person" && record.address == "192.0.2.1")
                #expect(record.object == "person alice")
            }
        }
    }

    @Test func `a first sign-in and roles by groups are told`() async throws {
        try await HubStoreFixture.with { fixture in
            let external = ExternalIdentity(
                issuer: "https://idp.example",
                subject: "7",
                preferredName: "Bob",
                email: nil,
                displayName: ""
            )
            let member = try #require(Grant.team("demo", .teamMember))
            for grants in [[member], [member], [.auditor]] as [Set<Grant>] {
                _ = try await fixture.store.signIn(
                    external: external,
                    grants: grants,
                    audience: .browser,
                    from: SignInTests.origin
                )
            }
            let records = try await fixture.store.auditRecords(AuditFilter(object: "person bob")).reversed()
            #expect(
                records.map(\.action) == ["signIn", "changePeople", "changeGrants", "signIn", "signIn", "changeGrants"]
            )
            #expect(records.allSatisfy { $0.actor == "bob" && $0.address == "192.0.2.1" })
            let details = records.filter { $0.action == "changeGrants" }.map(\.detail)
            #expect(
                details == ["by groups: given teamMember/demo", "by groups: given auditor; no longer teamMember/demo"]
            )
        }
    }

    @Test func `what fails leaves no entry`() async throws {
        try await HubStoreFixture.with { fixture in
            let before = try await fixture.store.auditHead()
            await #expect(throws: StoreError.self) { try await fixture.store.removeCluster(named: "none") }
            await #expect(throws: StoreError.self) {
                try await fixture.store.commit(
                    Commit(message: "m", author: "a", put: [HubStoreFixture.service("web")], checkedAt: 7)
                )
            }
            #expect(try await fixture.store.auditHead() == before)
        }
    }

    @Test func `every operation of people and agents is told`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let (_, token) = try await store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            _ = try await store.enrol(HubStoreFixture.enrolment(token.text))
            _ = try await store.issueToken(cluster: "paris")
            _ = try await store.holdCluster(named: "paris", reason: "maintenance", by: "alice")
            _ = try await store.holdCluster(named: "paris", reason: "maintenance", by: "alice")
            _ = try await store.resumeCluster(named: "paris")
            _ = try await store.setDriftMode(.report, ofCluster: "paris")
            _ = try await store.createAPIToken(NewAPIToken(name: "ci", scope: .grant(.auditor)))
            try await store.revokeAPIToken(name: "ci")
            try await store.revokeCluster(named: "paris")
            try await store.removeCluster(named: "paris")
            let actions = try await store.auditRecords(AuditFilter()).reversed().map(\.action)
            #expect(
                actions == [
                    "addCluster", "enrolAgent", "issueClusterToken", "pauseCluster", "resumeCluster", "setDriftMode",
                    "changeTokens", "changeTokens", "revokeCluster", "removeCluster",
                ]
            )
            let texts = try await store.auditRecords(AuditFilter()).flatMap { [$0.object, $0.detail ?? ""] }
            #expect(!texts.contains { $0.contains(token.text) })
        }
    }

    @Test func `the chain has no gaps however many write at once`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...40 {
                    group.addTask {
                        _ = try await store.addCluster(NewCluster(name: "c\(number)", provider: "aws", region: "eu"))
                    }
                }
                try await group.waitForAll()
            }
            let verification = try await store.verifyAudit()
            #expect(verification.fault == nil)
            #expect(verification.isComplete)
            #expect(verification.verified == 40)
            #expect(verification.head?.sequence == 40)
        }
    }

    @Test(arguments: [
        "UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log", "TRUNCATE audit_log",
        "DELETE FROM audit_log WHERE sequence = 1",
    ])
    func `the database refuses every change`(sql: String) async throws {
        try await HubStoreFixture.with { fixture in
            _ = try await fixture.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.store.pool.query(SQL(unsafe: sql))
            }
            #expect(error?.message.contains("the audit log only grows") == true)
            #expect(try await fixture.store.verifyAudit().verified == 1)
        }
    }

    @Test func `a sealed secret is hashed as it is stored`() async throws {
        try await HubStoreFixture.with { fixture in
            let document = Document(
                id: DocumentID(kind: .settings, name: "otomi"),
                spec: [
                    "globalPullSecret": ["server": "r.io", "username": "u", "password": "hunter2", "email": "a@b.io"]
                ]
            )
            try await fixture.put(document)
            let record = try #require(try await fixture.store.auditRecords(AuditFilter()).first)
            #expect(record.after != Digest(of: document.spec.serialized()), "a guess at the secret cannot be checked")
        }
    }
}
