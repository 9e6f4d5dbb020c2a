import Concurrency
import JSON
import Postgres
import PostgresTestSupport
import Testing
import Values

@testable import HubStore

/// The table of events: what gets into it, that readers miss and repeat nothing, and that it is cleared.
@Suite struct EventTests {
    private static let alice = Actor(Principal(kind: .person, name: "alice", grants: [.platformAdmin]))

    // MARK: - What is told

    @Test func `what is audited becomes an event of the same transaction`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store.acting(as: Self.alice)
            let start = try await Self.settled(store)
            _ = try await store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            _ = try await store.holdCluster(named: "paris", reason: "maintenance", by: "alice")
            _ = try await store.holdCluster(named: "paris", reason: "maintenance", by: "alice")
            try await store.revokeCluster(named: "paris")
            _ = try await store.createAPIToken(NewAPIToken(name: "ci", scope: .grant(.auditor)))
            await #expect(throws: StoreError.self) { try await store.removeCluster(named: "none") }
            let events = try await Self.all(store, after: start)
            #expect(
                events.map(\.kind) == ["cluster.added", "cluster.paused", "cluster.revoked", "token.made"]
            )
            #expect(events.map(\.cluster) == ["paris", "paris", "paris", nil])
            #expect(events.allSatisfy { $0.actor == "alice" && $0.actorKind == "person" })
            #expect(events.allSatisfy { $0.at == fixture.clock.now })
        }
    }

    @Test func `a commit tells of one revision and of each document`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let start = try await Self.settled(store)
            _ = try await store.commit(
                Commit(
                    message: "first",
                    author: "alice",
                    put: [HubStoreFixture.service("web"), HubStoreFixture.service("api")]
                )
            )
            let both = [Self.settings(), HubStoreFixture.service("db")]
            _ = try await store.commit(Commit(message: "second", author: "bob", put: both))
            let events = try await Self.all(store, after: start)
            #expect(
                events.map(\.kind) == [
                    "revision.created", "document.changed", "document.changed",
                    "revision.created", "document.changed", "document.changed",
                ]
            )
            #expect(events.map(\.revision) == [1, 1, 1, 2, 2, 2])
            let first = try #require(events.first)
            #expect(first.data == ["author": "alice", "message": "first", "count": 2])
            #expect(first.team == "demo", "both documents are of one team")
            #expect(events[3].team == nil, "the platform's documents are not a team's")
            #expect(events[1].subject == "Service demo/api" && events[1].team == "demo")
            #expect(events[1].data["change"] == "created")
        }
    }

    @Test func `neither sign-ins nor refusals become events`() async throws {
        try await SignInTests.with { fixture in
            let start = try await Self.settled(fixture.store)
            _ = try await fixture.store.signIn(
                name: "Alice@Example.com",
                password: SignInTests.password,
                audience: .cli,
                from: SignInTests.origin
            )
            try await fixture.store.noteRefusal(AuditEntry(.addCluster, "cluster paris", outcome: .refused))
            #expect(try await Self.all(fixture.store, after: start).isEmpty)
        }
    }

    @Test func `a team's commit is told although no row of the table is a team's`() async throws {
        try await HubStoreFixture.with { fixture in
            _ = try await fixture.store.commit(Commit(message: "m", author: "a", put: [Self.team]))
            let start = try await Self.settled(fixture.store)
            let member = try #require(Grant.team("demo", .teamMember))
            let store = fixture.store.acting(
                as: Actor(Principal(kind: .person, name: "bob", grants: [member]))
            )
            _ = try await store.commit(Commit(message: "m", author: "bob", put: [HubStoreFixture.service("web")]))
            let events = try await Self.all(store, after: start)
            #expect(events.map(\.kind) == ["revision.created", "document.changed"])
            #expect(events.allSatisfy { $0.team == "demo" && $0.actor == "bob" })
        }
    }

    @Test func `no secret of a document gets into an event`() async throws {
        try await HubStoreFixture.with { fixture in
            let start = try await Self.settled(fixture.store)
            _ = try await fixture.store.commit(
                Commit(message: "m", author: "a", put: [Self.settings(password: "canary-7731")])
            )
            let events = try await Self.all(fixture.store, after: start)
            #expect(!events.isEmpty)
            #expect(!"\(events)".contains("canary-7731"))
        }
    }

    @Test func `data that is too large is left out`() {
        let event = FleetEvent("k", "s", data: ["text": .string(String(repeating: "x", count: 10_000))])
        #expect(event.data == ["isTruncated": true])
    }

    // MARK: - The order

    @Test func `an event of a transaction that commits late is neither missed nor seen before its turn`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let start = try await Self.settled(store)
            let slow = try await PostgresConnection.connect(fixture.database.configuration, logger: fixture.logger)
            _ = try await slow.query("BEGIN")
            // Not as one unit of work, at whose end the transaction would end as well.
            _ = try await slow.query(
                """
                INSERT INTO events (at, kind, subject, actor_kind, actor, data)
                VALUES (now(), 'a.slow', 'subject', 'hub', 'hub', '{}')
                """
            )
            // Later begun, earlier committed.
            try await Self.tell(store, "b.fast")
            let early = try await store.events(after: start)
            #expect(early.events.isEmpty, "the older transaction may still tell of something")
            #expect(early.isHeldBack)
            #expect(early.next == start)
            _ = try await slow.query("COMMIT")
            try await Self.tell(store, "c.last")
            #expect(try await Self.all(store, after: start).map(\.kind) == ["a.slow", "b.fast", "c.last"])
        }
    }

    @Test func `a transaction that tells of nothing only delays`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let start = try await Self.settled(store)
            let other = try await PostgresConnection.connect(fixture.database.configuration, logger: fixture.logger)
            _ = try await other.query("BEGIN")
            _ = try await other.query("SELECT pg_current_xact_id()")
            try await Self.tell(store, "a.told")
            #expect(try await store.events(after: start).isHeldBack)
            _ = try await other.query("ROLLBACK")
            #expect(try await Self.all(store, after: start).map(\.kind) == ["a.told"])
        }
    }

    @Test func `whoever reads while many write has every event once and in one order`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            let start = try await Self.settled(store)
            let (writers, each) = (4, 25)
            let read = try await withThrowingTaskGroup(of: [EventRecord].self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each { try await Self.tell(store, "w\(writer).n\(number)") }
                        return []
                    }
                }
                group.addTask {
                    var position = start
                    var read: [EventRecord] = []
                    while read.count < writers * each {
                        let batch = try await store.events(after: position, limit: 7)
                        #expect(!batch.isResync)
                        read += batch.events
                        position = batch.next
                    }
                    return read
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(read.map(\.kind)).count == writers * each)
            #expect(read.count == writers * each)
            #expect(read.map(\.cursor) == read.map(\.cursor).sorted())
            #expect(try await Self.all(store, after: start) == read)
        }
    }

    // MARK: - Positions

    @Test func `a position survives its text, and no other text is one`() async throws {
        try await HubStoreFixture.with { fixture in
            let head = try await fixture.store.events(after: nil).next
            #expect(EventCursor("\(head)") == head)
            for text in ["", "1", "1.2", "1.2.3.4", "-1.2.3", "a.b.!", String(repeating: "1", count: 90)] {
                #expect(EventCursor(text) == nil, "\(text)")
            }
        }
    }

    @Test func `a position that is not this database's goes on from now, and says so`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            try await Self.tell(store, "a.b")
            let head = try await Self.settled(store)
            let strangers = [
                EventCursor(transaction: head.transaction, id: head.id, at: head.at + .seconds(1)),
                EventCursor(transaction: head.transaction + 1_000_000, id: head.id, at: head.at),
                EventCursor(transaction: 1, id: 1, at: head.at),
            ]
            for stranger in strangers {
                let batch = try await store.events(after: stranger)
                #expect(batch.isResync && batch.events.isEmpty && batch.next == head)
            }
            #expect(try await store.events(after: head).isResync == false)
            #expect(try await store.events(after: .beginning).isResync == false)
        }
    }

    @Test func `a time becomes the position before it`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            for number in 0..<3 {
                fixture.clock.advance(.seconds(60))
                try await Self.tell(store, "n\(number)")
            }
            _ = try await Self.settled(store)
            let position = try await store.eventPosition(before: fixture.clock.now - .seconds(60))
            #expect(try await Self.all(store, after: position).map(\.kind) == ["n1", "n2"])
            let first = try await store.eventPosition(before: UnixTime(seconds: 0))
            #expect(first == .beginning)
        }
    }

    // MARK: - Retention

    @Test func `old events are cleared away and a reader behind them is told`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            try await Self.tell(store, "a.old")
            let old = try await Self.settled(store)
            fixture.clock.advance(.seconds(3_600))
            try await Self.tell(store, "b.new")
            _ = try await Self.settled(store)
            #expect(try await store.clearEvents(olderThan: .seconds(1_800), keeping: 1_000) == false)
            let kept = try await Self.all(store, after: .beginning).map(\.kind)
            #expect(kept.contains("b.new") && !kept.contains("a.old"))
            #expect(try await store.events(after: old).isResync)
        }
    }

    @Test func `no more events are kept than there is room for, and always the newest`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            for number in 0..<10 { try await Self.tell(store, "n\(number)") }
            let head = try await Self.settled(store)
            _ = try await store.clearEvents(olderThan: .seconds(1_800), keeping: 3)
            #expect(try await Self.all(store, after: .beginning).map(\.kind) == ["n7", "n8", "n9"])
            fixture.clock.advance(.seconds(86_400))
            _ = try await store.clearEvents(olderThan: .seconds(1), keeping: 1)
            #expect(try await Self.all(store, after: .beginning).map(\.kind) == ["n9"])
            #expect(try await store.events(after: head).isResync == false, "a quiet fleet does not lose its readers")
        }
    }

    @Test func `the database itself lets nobody change an event`() async throws {
        try await HubStoreFixture.with { fixture in
            for statement in ["UPDATE events SET kind = 'x'", "TRUNCATE events"] {
                await #expect(throws: PostgresError.self) {
                    try await fixture.database.pool.withConnection { connection in
                        _ = try connection.query(SQL(unsafe: statement))
                    }
                }
            }
        }
    }

    @Test func `events that another server numbered are begun anew`() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            try await Self.tell(store, "a.b")
            let before = try await Self.settled(store)
            #expect(try await store.settleEvents() == false)
            // What a dump of a busier server leaves: rows of transactions that are still to come here.
            try await fixture.database.pool.withConnection { connection in
                _ = try connection.query(
                    """
                    INSERT INTO events (transaction_id, at, kind, subject, actor_kind, actor, data)
                    SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint::text::xid8, now(), 'x.y', 's', 'hub', 'hub',
                        '{}' FROM generate_series(1, 1)
                    """
                )
                _ = try connection.query(
                    """
                    INSERT INTO events (transaction_id, at, kind, subject, actor_kind, actor, data)
                    VALUES ('1000000000000', now(), 'x.y', 's', 'hub', 'hub', '{}')
                    """
                )
            }
            #expect(try await store.settleEvents())
            #expect(try await Self.all(store, after: .beginning).map(\.kind) == ["events.began"])
            #expect(try await store.events(after: before).isResync)
        }
    }

    // MARK: - Support

    private static let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: [:])

    private static func settings(password: String = "secret") -> Document {
        let secret: JSONValue = [
            "server": "registry.example.com", "username": "puller", "password": .string(password),
            "email": "a@example.com",
        ]
        return Document(id: DocumentID(kind: .settings, name: "otomi"), spec: ["globalPullSecret": secret])
    }

    private static func tell(_ store: HubStore, _ kind: String) async throws {
        try await store.write("test", "test", audit: .notAudited("a test")) { connection in
            try store.emit([FleetEvent(kind, "subject")], on: connection)
        }
    }

    /// Everything after a position, once nothing is held back: other tests on the same server may do that for a moment.
    private static func all(_ store: HubStore, after position: EventCursor) async throws -> [EventRecord] {
        var (position, events) = (position, [EventRecord]())
        while true {
            let batch = try await store.events(after: position)
            try #require(!batch.isResync)
            events += batch.events
            position = batch.next
            if !batch.hasMore, !batch.isHeldBack { return events }
        }
    }

    /// The newest event, once nothing is held back.
    private static func settled(_ store: HubStore) async throws -> EventCursor {
        while try await store.events(after: .beginning).isHeldBack {}
        return try await store.events(after: nil).next
    }
}
