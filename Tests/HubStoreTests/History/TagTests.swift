import HubStore
import PostgresTestSupport
import Testing
import Values

@Suite struct TagTests {
    @Test func `a revision is found by its number, as the latest, and by its tags`() async throws {
        try await HubStoreFixture.with { fixture in
            for name in ["a", "b"] { try await fixture.put(HubStoreFixture.service(name)) }
            let tag = try await fixture.store.tagRevision(1, "v1.2", message: "the first")
            #expect(tag.revision == 1 && tag.message == "the first" && tag.author == "hub")
            var numbers: [Int64] = []
            for name in ["1", "latest", "v1.2", "0"] { numbers.append(try await fixture.store.revision(named: name)) }
            #expect(numbers == [1, 2, 1, 0])
            for name in ["3", "-1", "v1.3", "", "99999999999999999999"] {
                let error = await #expect(throws: StoreError.self) { try await fixture.store.revision(named: name) }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test func `a name means one revision, until it is removed; all of it is audited`() async throws {
        try await HubStoreFixture.with { fixture in
            for name in ["a", "b"] { try await fixture.put(HubStoreFixture.service(name)) }
            let tag = try await fixture.store.tagRevision(1, "good")
            #expect(try await fixture.store.tagRevision(1, "good") == tag)
            let taken = await #expect(throws: StoreError.self) { try await fixture.store.tagRevision(2, "good") }
            #expect(taken?.code == .alreadyExists)
            let missing = await #expect(throws: StoreError.self) { try await fixture.store.tagRevision(3, "other") }
            #expect(missing?.code == .notFound)
            let elsewhere = await #expect(throws: StoreError.self) {
                try await fixture.store.removeTag("good", ofRevision: 2)
            }
            #expect(elsewhere?.code == .notFound)
            try await fixture.store.removeTag("good", ofRevision: 1)
            #expect(try await fixture.store.tagRevision(2, "good").revision == 2)
            let audited = try await fixture.store.auditRecords(AuditFilter()).filter { $0.action == "tagRevisions" }
            #expect(audited.map(\.detail) == ["revision 2", "removed from revision 1", "revision 1"])
        }
    }

    @Test(arguments: ["latest", "42", "V1", "a b", "", "-x", String(repeating: "x", count: 64)])
    func `what could be a number or something else is no tag`(name: String) async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(HubStoreFixture.service("a"))
            let error = await #expect(throws: StoreError.self) { try await fixture.store.tagRevision(1, name) }
            #expect(error?.code == .invalid)
        }
    }

    @Test func `tags are listed page by page, and a team sees those of its revisions`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Drafting.team("a"))
            try await fixture.put(Drafting.team("b"))
            for (number, name) in [(1, "one"), (2, "two"), (1, "uno")] as [(Int64, String)] {
                _ = try await fixture.store.tagRevision(number, name)
            }
            let page = try await fixture.store.tags(limit: 2)
            #expect(page.items.map(\.name) == ["one", "two"])
            #expect(try await fixture.store.tags(after: page.next, limit: 2).items.map(\.name) == ["uno"])
            #expect(try await fixture.store.tags(of: [1]).map(\.name) == ["one", "uno"])
            let member = try Drafting.member("ann", of: "b", fixture)
            #expect(try await member.tags().items.map(\.name) == ["two"])
            #expect(try await member.revision(named: "two") == 2)
            let hidden = await #expect(throws: StoreError.self) { try await member.revision(named: "one") }
            #expect(hidden?.code == .notFound)
        }
    }
}
