import HubStore
import JSON
import PostgresTestSupport
import Testing
import Values

/// Going back, always forward.
@Suite struct RestorationTests {
    private static func commit(_ restoration: Restoration, _ store: HubStore) async throws -> CommitResult {
        try await store.commit(
            Commit(
                message: "back",
                author: "me",
                base: restoration.base,
                put: restoration.put,
                delete: restoration.delete,
                source: .revision(restoration.source)
            )
        )
    }

    @Test func `restored documents are what they were, secrets included, also under another data key`() async throws {
        try await HubStoreFixture.with { fixture in
            let (kept, gone, later) = (
                Drafting.team("kept", password: "c4nary-old"), Drafting.team("gone"), Drafting.team("later")
            )
            try await fixture.put(kept, gone)
            let before = try await fixture.store.allDocuments(revealing: true).map(\.document)
            let shown = try await fixture.store.allDocuments().map(\.document)
            try await fixture.put(Drafting.team("kept", password: "c4nary-new"), later)
            _ = try await fixture.store.commit(Commit(message: "m", author: "me", delete: [gone.id]))
            try await fixture.store.rotateDataKey()
            try await fixture.store.renewSecrets()
            let restoration = try await fixture.store.restoration(of: 1, at: 3)
            #expect(restoration.put.map(\.id) == [gone.id, kept.id] && restoration.delete == [later.id])
            let result = try await Self.commit(restoration, fixture.store)
            #expect(result.revision == 4 && result.changed.count == 3)
            #expect(try await fixture.store.allDocuments(revealing: true).map(\.document) == before)
            // The markers of then are good again.
            #expect(try await fixture.store.allDocuments().map(\.document) == shown)
            #expect(try await fixture.store.restoration(of: 1, at: 4).isEmpty)
            #expect(try await fixture.store.restoration(of: 4, at: 4).isEmpty)
        }
    }

    @Test func `one document or one team is restored, and the rest stays`() async throws {
        try await HubStoreFixture.with { fixture in
            let other = Document(id: DocumentID(kind: .service, team: "other", name: "x"), spec: ["port": 80])
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("b"), other)
            var changed = other
            changed.spec = ["port": 81]
            try await fixture.put(
                HubStoreFixture.service("a", port: 81),
                HubStoreFixture.service("b", port: 81),
                changed
            )
            let team = try await fixture.store.restoration(of: 1, team: "demo", at: 2)
            #expect(team.put == [HubStoreFixture.service("a"), HubStoreFixture.service("b")])
            let one = try await fixture.store.restoration(of: 1, documents: [other.id], at: 2)
            #expect(one.put == [other])
            let member = try Drafting.member("ann", of: "other", fixture)
            #expect(try await member.restoration(of: 1, at: 2).put == [other])
            let error = await #expect(throws: StoreError.self) {
                try await fixture.store.restoration(of: 1, documents: [HubStoreFixture.service("no").id], at: 2)
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `a revision is undone, and what was changed since is a conflict with three sides`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(HubStoreFixture.service("a"), HubStoreFixture.service("gone"))
            _ = try await fixture.store.commit(
                Commit(
                    message: "m",
                    author: "me",
                    put: [HubStoreFixture.service("a", port: 81), HubStoreFixture.service("new")],
                    delete: [HubStoreFixture.service("gone").id]
                )
            )
            try await fixture.put(HubStoreFixture.service("elsewhere"))
            let reversal = try await fixture.store.reversal(of: 2)
            #expect(reversal.put == [HubStoreFixture.service("a"), HubStoreFixture.service("gone")])
            #expect(reversal.delete == [HubStoreFixture.service("new").id])
            #expect(try await Self.commit(reversal, fixture.store).revision == 4)
            #expect(try await fixture.store.allDocuments().map(\.document.id.name) == ["a", "elsewhere", "gone"])
            // Undoing the undoing.
            #expect(try await Self.commit(fixture.store.reversal(of: 4), fixture.store).revision == 5)
            try await fixture.put(HubStoreFixture.service("a", port: 82))
            let again = try await fixture.store.reversal(of: 5)
            let error = try await #require(throws: StoreError.self) { try await Self.commit(again, fixture.store) }
            #expect(error.code == .conflict)
            let conflict = try #require(error.conflicts.first)
            #expect(error.conflicts.count == 1)
            let ports = [conflict.wanted, conflict.current?.document, conflict.base?.document].map {
                $0?.spec["port"]?.integerValue
            }
            #expect(ports == [80, 82, 81])
            let none = await #expect(throws: StoreError.self) { try await fixture.store.reversal(of: 9) }
            #expect(none?.code == .notFound)
        }
    }

    @Test func `what is restored goes through a draft with its secrets`() async throws {
        try await HubStoreFixture.with { fixture in
            let team = Drafting.team("demo", password: "c4nary-old")
            try await fixture.put(team)
            try await fixture.put(Drafting.team("demo", password: "c4nary-new"))
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "back", message: "back"))
            let restoration = try await alice.restoration(of: 1, at: 2)
            _ = try await alice.changeDraft(
                named: "back",
                DraftChange(base: restoration.base, put: restoration.put, carriedFrom: restoration.source)
            )
            try await fixture.store.rotateDataKey()
            try await fixture.store.renewSecrets()
            try await Drafting.commit("back", alice)
            let stored = try await fixture.store.document(team.id, revealing: true)
            #expect(stored?.document == team)
        }
    }
}
