import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// What the database shows of drafts to a team's people.
@Suite struct DraftRowTests {
    private static func service(_ team: String) -> Document {
        Document(id: DocumentID(kind: .service, team: team, name: "web"), spec: ["port": 80])
    }

    @Test func `a team's people see and change the shared drafts of their team, and their own`() async throws {
        try await HubStoreFixture.with { fixture in
            let ann = try Drafting.member("ann", of: "a", fixture)
            let abe = try Drafting.member("abe", of: "a", fixture)
            let bea = try Drafting.member("bea", of: "b", fixture)
            let root = Drafting.admin("root", fixture)
            _ = try await ann.makeDraft(NewDraft(name: "ours", team: "a", isShared: true))
            _ = try await ann.makeDraft(NewDraft(name: "mine", team: "a"))
            _ = try await root.makeDraft(NewDraft(name: "platform", isShared: true))
            _ = try await root.makeDraft(NewDraft(name: "for-b", team: "b", isShared: true))
            #expect(try await ann.drafts().items.map(\.name) == ["mine", "ours"])
            #expect(try await abe.drafts().items.map(\.name) == ["ours"])
            #expect(try await bea.drafts().items.map(\.name) == ["for-b"])
            #expect(try await root.drafts().items.map(\.name) == ["for-b", "ours", "platform"])
            _ = try await abe.changeDraft(named: "ours", DraftChange(put: [Self.service("a")]))
            for name in ["mine", "platform", "for-b"] {
                let error = await #expect(throws: StoreError.self) { try await abe.draft(named: name) }
                #expect(error?.code == .notFound)
            }
            #expect(try await Drafting.commit("ours", abe).revision == 1)
            #expect(try await ann.drafts().items.map(\.name) == ["mine"])
        }
    }

    @Test func `a team's draft holds that team's documents only, whoever puts them there`() async throws {
        try await HubStoreFixture.with { fixture in
            let ann = try Drafting.member("ann", of: "a", fixture)
            _ = try await ann.makeDraft(NewDraft(name: "x", team: "a", isShared: true))
            for store in [ann, Drafting.admin("root", fixture)] {
                let error = await #expect(throws: StoreError.self) {
                    try await store.changeDraft(named: "x", DraftChange(put: [Self.service("b")]))
                }
                #expect(error?.code == .invalid)
            }
            await #expect(throws: StoreError.self) { try await ann.makeDraft(NewDraft(name: "y", team: "b")) }
            await #expect(throws: StoreError.self) { try await ann.makeDraft(NewDraft(name: "y")) }
        }
    }

    @Test func `raw SQL as a team shows and changes nothing of others' drafts`() async throws {
        try await HubStoreFixture.with { fixture in
            let root = Drafting.admin("root", fixture)
            let abe = try Drafting.member("abe", of: "a", fixture)
            _ = try await root.makeDraft(NewDraft(name: "for-b", team: "b", isShared: true))
            _ = try await root.changeDraft(named: "for-b", DraftChange(put: [Self.service("b")]))
            _ = try await abe.makeDraft(NewDraft(name: "private", team: "a"))
            _ = try await abe.changeDraft(named: "private", DraftChange(put: [Self.service("a")]))
            let before = try await fixture.database.pool.query("SELECT count(*) FROM draft_edits")[0].get(
                0,
                as: Int.self
            )
            for sql: SQL in [
                "SELECT 1 FROM drafts", "SELECT 1 FROM draft_edits", "UPDATE drafts SET is_shared = true",
                "UPDATE draft_edits SET spec = '{}'", "DELETE FROM draft_edits", "DELETE FROM drafts",
            ] {
                let touched = try await fixture.database.pool.withTransaction(name: "test") { connection in
                    try connection.pipeline([
                        "SELECT set_config('otomi.teams', 'a', true)",
                        "SELECT set_config('otomi.author', 'person ann', true)", "SET LOCAL ROLE otomi_team",
                    ])
                    let rows = try connection.query(sql)
                    return rows.isEmpty ? rows.affected : rows.count
                }
                #expect(touched == 0, "\(sql.text)")
            }
            let after = try await fixture.database.pool.query("SELECT count(*) FROM draft_edits")[0].get(
                0,
                as: Int.self
            )
            #expect(before == 2 && after == 2)
        }
    }
}
