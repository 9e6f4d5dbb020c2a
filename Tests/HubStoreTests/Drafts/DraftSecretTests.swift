import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// Secrets in drafts are kept as those of documents are.
@Suite struct DraftSecretTests {
    private static let canary: JSONValue = "c4nary-of-a-draft"

    private static func password(_ store: HubStore, _ id: DocumentID) async throws -> JSONValue? {
        try await store.document(id, revealing: true)?.document.spec["password"]
    }

    @Test func `a secret of a draft is never in the database in plaintext, and reads as a marker`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let draft = try await alice.changeDraft(
                named: "x",
                DraftChange(put: [Drafting.team("demo", password: Self.canary)])
            )
            let shown = try #require(draft.put.first?.spec["password"])
            #expect(SecretMarker.isMarker(shown))
            let stored: String = try await fixture.database.pool.query("SELECT spec::text FROM draft_edits")[0].get(0)
            #expect(stored.contains("$sealed") && !stored.contains("c4nary"))
            let revealed = try await alice.draft(named: "x", revealing: true)
            #expect(revealed.put.first?.spec["password"] == Self.canary)
            // What was read is written back with another change, and the secret stays.
            var again = try #require(draft.put.first)
            again.spec["resourceQuota"] = ["pods": "10"]
            let changed = try await alice.changeDraft(named: "x", DraftChange(put: [again]))
            #expect(changed.put.first?.spec["password"] == shown)
            try await Drafting.commit("x", alice)
            #expect(try await Self.password(fixture.store, again.id) == Self.canary)
            #expect(try await fixture.store.document(again.id)?.document == again)
        }
    }

    @Test func `a marker of the stored document keeps its secret, and one of nothing is refused`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Drafting.team("demo", password: Self.canary))
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            var document = try #require(try await fixture.store.document(Drafting.team("demo").id)?.document)
            // Replaced meanwhile: the draft's base still has the secret that was read.
            try await fixture.put(Drafting.team("demo", password: "another"))
            document.spec["resourceQuota"] = ["pods": "10"]
            _ = try await alice.changeDraft(named: "x", DraftChange(put: [document]))
            let error = try await #require(throws: StoreError.self) { try await Drafting.commit("x", alice) }
            #expect(error.code == .conflict)
            let sides = [error.conflicts.first?.wanted, error.conflicts.first?.current?.document]
            #expect(sides.allSatisfy { $0?.spec["password"].map(SecretMarker.isMarker) ?? false })
            #expect(error.conflicts.first?.base?.document.spec["password"] == document.spec["password"])
            _ = try await alice.rebaseDraft(named: "x", mine: [document.id])
            try await Drafting.commit("x", alice)
            #expect(try await Self.password(fixture.store, document.id) == Self.canary)
            _ = try await alice.makeDraft(NewDraft(name: "y"))
            let unknown = Drafting.team("other", password: SecretMarker.marker("0123456789abcdef"))
            let refused = await #expect(throws: StoreError.self) {
                try await alice.changeDraft(named: "y", DraftChange(put: [unknown]))
            }
            #expect(refused?.code == .invalid)
        }
    }

    @Test func `a rotation of keys seals drafts anew, and what they hold is committed after it`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let before = try await alice.changeDraft(
                named: "x",
                DraftChange(put: [Drafting.team("a", password: Self.canary), Drafting.team("b", password: "two")])
            )
            try await fixture.store.rotateDataKey()
            #expect(try await fixture.store.dataKeys().map(\.uses) == [2, 0])
            #expect(try await fixture.store.renewSecrets().renewed == 2)
            #expect(try await fixture.store.dataKeys().map(\.number) == [2])
            let after = try await alice.draft(named: "x")
            #expect(after == before)
            try await Drafting.commit("x", alice)
            #expect(try await Self.password(fixture.store, Drafting.team("a").id) == Self.canary)
        }
    }

    @Test func `a commit between the rotation and the sealing anew seals under the new key`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            _ = try await alice.changeDraft(
                named: "x",
                DraftChange(put: [Drafting.team("a", password: Self.canary)])
            )
            try await fixture.store.rotateDataKey()
            try await Drafting.commit("x", alice)
            #expect(try await fixture.store.dataKeys().map(\.uses) == [0, 1])
            #expect(try await fixture.store.renewSecrets().renewed == 0)
            #expect(try await Self.password(fixture.store, Drafting.team("a").id) == Self.canary)
        }
    }
}
