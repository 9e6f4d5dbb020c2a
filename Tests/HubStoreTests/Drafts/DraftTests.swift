import HubStore
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

/// What people collect before it becomes a revision.
@Suite struct DraftTests {
    private static let a = HubStoreFixture.service("a")
    private static let b = HubStoreFixture.service("b")

    private static func port(_ document: Document?) -> Int64? { document?.spec["port"]?.integerValue }

    @Test func `edits collect, and a commit makes one revision of them and ends the draft`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.a)
            let alice = Drafting.admin("alice", fixture)
            let made = try await alice.makeDraft(NewDraft(name: "move", message: "why"))
            #expect(made.base == 1 && made.version == 1 && made.edits.isEmpty)
            _ = try await alice.changeDraft(named: "move", DraftChange(put: [Self.b]))
            let draft = try await alice.changeDraft(named: "move", DraftChange(delete: [Self.a.id]))
            #expect(draft.version == 3)
            #expect(draft.put == [Self.b] && draft.delete == [Self.a.id])
            #expect(try await fixture.store.latestRevision() == 1)
            let dry = try await Drafting.commit("move", alice, dryRun: true)
            #expect(dry.changed.count == 2 && !dry.isCreated)
            let result = try await Drafting.commit("move", alice)
            #expect(result.revision == 2 && result.changed.map(\.action) == [.deleted, .created])
            #expect(try await fixture.store.revision(2).message == "why")
            let error = await #expect(throws: StoreError.self) { try await alice.draft(named: "move") }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `what the draft says already is left alone, and it keeps its version`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let change = DraftChange(put: [Drafting.team("demo", password: "c4nary")], delete: [Self.a.id])
            let first = try await alice.changeDraft(named: "x", change)
            let again = try await alice.changeDraft(named: "x", change)
            #expect(again == first)
            let dropped = try await alice.changeDraft(named: "x", DraftChange(drop: [Self.a.id]))
            #expect(dropped.version == 3 && dropped.editCount == 1)
            let error = await #expect(throws: StoreError.self) {
                try await alice.changeDraft(named: "x", DraftChange(drop: [Self.a.id]))
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `a document that somebody else has edited is a conflict with both sides, until one has seen it`()
        async throws
    {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.a)
            let (alice, bob) = (Drafting.admin("alice", fixture), Drafting.admin("bob", fixture))
            _ = try await alice.makeDraft(NewDraft(name: "x", isShared: true))
            let hers = HubStoreFixture.service("a", port: 81)
            let his = HubStoreFixture.service("a", port: 82)
            _ = try await alice.changeDraft(named: "x", DraftChange(put: [hers]))
            _ = try await alice.changeDraft(named: "x", DraftChange(put: [HubStoreFixture.service("a", port: 83)]))
            let draft = try await alice.changeDraft(named: "x", DraftChange(put: [hers]))
            let error = try await #require(throws: StoreError.self) {
                try await bob.changeDraft(named: "x", DraftChange(put: [his, Self.b]))
            }
            #expect(error.code == .conflict)
            let conflict = try #require(error.conflicts.first)
            #expect(Self.port(conflict.wanted) == 82)
            #expect(Self.port(conflict.current?.document) == 81)
            #expect(Self.port(conflict.base?.document) == 80)
            #expect(conflict.change?.author == "alice" && conflict.change?.draftVersion == draft.version)
            // All of it or nothing.
            #expect(try await bob.draft(named: "x").editCount == 1)
            let replaced = try await bob.changeDraft(named: "x", DraftChange(seen: draft.version, put: [his]))
            #expect(Self.port(replaced.put.first) == 82)
            // Somebody who has looked at an older version than the other's edit has not seen it.
            let late = try await #require(throws: StoreError.self) {
                try await alice.changeDraft(named: "x", DraftChange(seen: draft.version, drop: [Self.a.id]))
            }
            #expect(late.code == .conflict)
        }
    }

    @Test func `many editors of one draft lose nothing`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x", isShared: true))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        _ = try await Drafting.admin("person-\(number)", fixture).changeDraft(
                            named: "x",
                            DraftChange(put: [HubStoreFixture.service("s\(number)")])
                        )
                    }
                }
                try await group.waitForAll()
            }
            let draft = try await alice.draft(named: "x")
            #expect(draft.editCount == 16 && draft.version == 17)
            #expect(Set(draft.edits.map(\.version)).count == 16)
        }
    }

    @Test func `of two commits of one draft at the same time one makes the revision`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let draft = try await alice.changeDraft(named: "x", DraftChange(put: [Self.a]))
            let commit = Commit(message: "m", author: "me", put: draft.put, source: .draft("x", version: draft.version))
            let outcomes = await withTaskGroup(of: StoreError.Code?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do { _ = try await alice.commit(commit) } catch {
                            return (error as? StoreError)?.code ?? .internal
                        }
                        return nil
                    }
                }
                return await group.reduce(into: [StoreError.Code?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.compactMap(\.self).allSatisfy { $0 == .notFound })
            #expect(try await fixture.store.latestRevision() == 1)
        }
    }

    @Test func `a draft that was edited after the check is not committed`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let checked = try await alice.changeDraft(named: "x", DraftChange(put: [Self.a]))
            _ = try await alice.changeDraft(named: "x", DraftChange(put: [Self.b]))
            let commit = Commit(
                message: "m",
                author: "me",
                put: checked.put,
                source: .draft("x", version: checked.version)
            )
            let error = await #expect(throws: StoreError.self) { try await alice.commit(commit) }
            #expect(error?.code == .stale)
            #expect(try await alice.draft(named: "x").editCount == 2)
        }
    }

    @Test func `two drafts of different documents merge; of the same one the later is a conflict and stays`()
        async throws
    {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.a, Self.b)
            let (alice, bob) = (Drafting.admin("alice", fixture), Drafting.admin("bob", fixture))
            for (name, store, ports) in [("hers", alice, (81, 80)), ("his", bob, (82, 90)), ("other", bob, (80, 91))] {
                _ = try await store.makeDraft(NewDraft(name: name))
                let put = [HubStoreFixture.service("a", port: ports.0), HubStoreFixture.service("b", port: ports.1)]
                _ = try await store.changeDraft(named: name, DraftChange(put: name == "other" ? [put[1]] : put))
            }
            #expect(try await Drafting.commit("hers", alice).changed.map(\.id) == [Self.a.id])
            #expect(try await Drafting.commit("other", bob).isCreated)
            let error = try await #require(throws: StoreError.self) { try await Drafting.commit("his", bob) }
            #expect(error.code == .conflict)
            #expect(error.conflicts.map(\.id) == [Self.a.id, Self.b.id])
            #expect(error.conflicts.map { Self.port($0.wanted) } == [82, 90])
            #expect(error.conflicts.map { Self.port($0.current?.document) } == [81, 91])
            #expect(error.conflicts.map { Self.port($0.base?.document) } == [80, 80])
            #expect(try await bob.draft(named: "his").editCount == 2)
        }
    }

    @Test func `a conflict of an ordinary commit shows the base too, and who deleted what is gone`() async throws {
        try await HubStoreFixture.with { fixture in
            try await fixture.put(Self.a)
            _ = try await fixture.store.commit(Commit(message: "gone", author: "ann", delete: [Self.a.id]))
            let error = try await #require(throws: StoreError.self) {
                _ = try await fixture.put(HubStoreFixture.service("a", port: 81), base: 1)
            }
            let conflict = try #require(error.conflicts.first)
            #expect(conflict.current == nil)
            #expect(Self.port(conflict.base?.document) == 80)
            #expect(conflict.change?.author == "ann" && conflict.change?.revision == 2)
        }
    }

    @Test func `a rebase takes the news that do not clash, shows the others, and mine and theirs decide`() async throws
    {
        try await HubStoreFixture.with { fixture in
            let names = ["clash", "give-way", "same", "untouched"]
            for name in names { try await fixture.put(HubStoreFixture.service(name)) }
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            let edits = names.map { HubStoreFixture.service($0, port: 81) }
            _ = try await alice.changeDraft(named: "x", DraftChange(put: edits))
            for name in ["clash", "give-way"] { try await fixture.put(HubStoreFixture.service(name, port: 82)) }
            try await fixture.put(HubStoreFixture.service("same", port: 81))
            let first = try await alice.rebaseDraft(named: "x")
            #expect(first.dropped == [edits[2].id])
            #expect(first.conflicts.map(\.id) == [edits[0].id, edits[1].id])
            #expect(first.conflicts.map { Self.port($0.wanted) } == [81, 81])
            #expect(first.conflicts.map { Self.port($0.current?.document) } == [82, 82])
            #expect(first.conflicts.map { Self.port($0.base?.document) } == [80, 80])
            #expect(first.draft.base == 7)
            #expect(first.draft.edits.map(\.base) == [4, 4, 7])
            let again = try await alice.rebaseDraft(named: "x")
            #expect(again.draft.version == first.draft.version && again.conflicts == first.conflicts)
            let error = try await #require(throws: StoreError.self) { try await Drafting.commit("x", alice) }
            #expect(error.conflicts.map(\.id) == [edits[0].id, edits[1].id])
            let decided = try await alice.rebaseDraft(named: "x", mine: [edits[0].id], theirs: [edits[1].id])
            #expect(decided.conflicts.isEmpty && decided.dropped == [edits[1].id])
            #expect(try await Drafting.commit("x", alice).changed.map(\.id) == [edits[0].id, edits[3].id])
            #expect(Self.port(try await fixture.store.document(edits[0].id)?.document) == 81)
            #expect(Self.port(try await fixture.store.document(edits[1].id)?.document) == 82)
        }
    }

    @Test func `a private draft is its author's alone, and a shared one is not private again by others`() async throws {
        try await HubStoreFixture.with { fixture in
            let (alice, bob) = (Drafting.admin("alice", fixture), Drafting.admin("bob", fixture))
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            #expect(try await alice.drafts().items.map(\.name) == ["x"])
            #expect(try await bob.drafts().items.isEmpty)
            // A token by the same name is somebody else.
            let token = fixture.store.acting(
                as: Actor(Principal(kind: .token, name: "alice", grants: [.platformAdmin]))
            )
            for store in [bob, token] {
                let attempts: [@Sendable () async throws -> Void] = [
                    { _ = try await store.draft(named: "x") }, { try await store.discardDraft(named: "x") },
                    { _ = try await store.changeDraft(named: "x", DraftChange(put: [Self.a])) },
                    { _ = try await store.rebaseDraft(named: "x") },
                ]
                for attempt in attempts {
                    let error = await #expect(throws: StoreError.self) { try await attempt() }
                    #expect(error?.code == .notFound && error?.message == "draft 'x' does not exist")
                }
            }
            let taken = await #expect(throws: StoreError.self) { try await bob.makeDraft(NewDraft(name: "x")) }
            #expect(taken?.code == .alreadyExists)
            _ = try await alice.changeDraft(named: "x", DraftChange(isShared: true))
            let error = await #expect(throws: StoreError.self) {
                try await bob.changeDraft(named: "x", DraftChange(isShared: false))
            }
            #expect(error?.code == .invalid)
            try await bob.discardDraft(named: "x")
        }
    }

    @Test func `who gets the name of somebody that is gone does not find their private drafts`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            try await fixture.database.pool.query(
                """
                INSERT INTO people (name, display_name, created_at, created_by) VALUES ('alice', 'Alice', now(), 'me')
                """
            )
            _ = try await alice.makeDraft(NewDraft(name: "mine"))
            _ = try await alice.makeDraft(NewDraft(name: "ours", isShared: true))
            try await fixture.database.pool.query("DELETE FROM people WHERE name = 'alice'")
            #expect(try await alice.drafts().items.map(\.name) == ["ours"])
        }
    }

    @Test func `a draft is held to one version when somebody says which`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            _ = try await alice.changeDraft(named: "x", DraftChange(expected: 1, put: [Self.a]))
            for attempt: @Sendable () async throws -> Void in [
                { _ = try await alice.changeDraft(named: "x", DraftChange(expected: 1, put: [Self.b])) },
                { _ = try await alice.rebaseDraft(named: "x", expected: 1) },
                { try await alice.discardDraft(named: "x", expected: 1) },
            ] {
                let error = await #expect(throws: StoreError.self) { try await attempt() }
                #expect(error?.code == .stale)
            }
        }
    }

    @Test func `names, bases and numbers of drafts are bounded`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            for new in [
                NewDraft(name: "Move!"), NewDraft(name: ""), NewDraft(name: "x", base: 1),
                NewDraft(name: "x", base: -1),
                NewDraft(name: "x", message: String(repeating: "m", count: DraftLimits.messageBytes + 1)),
            ] {
                let error = await #expect(throws: StoreError.self) { try await alice.makeDraft(new) }
                #expect(error?.code == .invalid)
            }
            for number in 0..<DraftLimits.draftsOfAuthor {
                _ = try await alice.makeDraft(NewDraft(name: "d\(number)"))
            }
            let error = await #expect(throws: StoreError.self) { try await alice.makeDraft(NewDraft(name: "more")) }
            #expect(error?.code == .invalid)
            _ = try await Drafting.admin("bob", fixture).makeDraft(NewDraft(name: "more"))
            let large = (0..<DraftLimits.edits + 1).map { HubStoreFixture.service("s\($0)") }
            let tooLarge = await #expect(throws: StoreError.self) {
                try await alice.changeDraft(named: "d1", DraftChange(put: large))
            }
            #expect(tooLarge?.code == .invalid)
            #expect(try await alice.draft(named: "d1").editCount == 0)
            let names = try await alice.drafts(limit: 20)
            #expect(names.items.count == 20)
            #expect(try await alice.drafts(after: names.next, limit: 500).items.count == 30)
        }
    }

    @Test func `the audit log tells who made, changed, committed and discarded drafts`() async throws {
        try await HubStoreFixture.with { fixture in
            let alice = Drafting.admin("alice", fixture)
            _ = try await alice.makeDraft(NewDraft(name: "x"))
            _ = try await alice.changeDraft(named: "x", DraftChange(put: [Self.a]))
            try await Drafting.commit("x", alice)
            _ = try await alice.makeDraft(NewDraft(name: "y"))
            try await alice.discardDraft(named: "y")
            let records = try await fixture.store.auditRecords(AuditFilter()).filter { $0.action == "changeDrafts" }
            #expect(
                records.map { "\($0.object): \($0.detail ?? "")" } == [
                    "draft y: discarded", "draft y: made", "draft x: committed in revision 1", "draft x: 1 put",
                    "draft x: made",
                ]
            )
            #expect(records.allSatisfy { $0.actor == "alice" })
        }
    }
}
