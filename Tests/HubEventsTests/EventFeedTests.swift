import Concurrency
import HubEvents
import HubStore
import HubTestSupport
import Logging
import Postgres
import Testing
import Values

/// What one replica reads of the table for all who wait there.
@Suite struct EventFeedTests {
    private static let logger = Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Runs `body` beside a feed that has read the table once.
    private static func with(
        capacity: Int = 2_000,
        pause: @escaping EventFeed.Pause = { try? await Task.sleep(for: $0) },
        _ body: @escaping @Sendable (HubTest, EventFeed) async throws -> Void
    ) async throws {
        try await HubTest.with(isListening: true) { hub, _ in
            let feed = EventFeed(
                store: hub.store,
                events: hub.events,
                logger: logger,
                capacity: capacity,
                pause: pause
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await feed.run() }
                _ = await feed.news.wait(after: 0)
                try await body(hub, feed)
                group.cancelAll()
            }
        }
    }

    private static func add(_ name: String, to hub: HubTest) async throws {
        _ = try await hub.store.addCluster(NewCluster(name: name, provider: "aws", region: "eu"))
    }

    /// The newest event, once nothing is held back: other tests on the same server may do that for a moment.
    private static func now(_ hub: HubTest) async throws -> EventCursor {
        while try await hub.store.events(after: .beginning).isHeldBack {}
        return try await hub.store.events(after: nil).next
    }

    /// What the feed has after a position, once there are so many.
    private static func read(_ feed: EventFeed, after position: EventCursor, _ count: Int) async -> [EventRecord] {
        while true {
            let seen = feed.news.version
            let events = feed.batch(after: position, epoch: feed.epoch)?.events ?? []
            if events.count >= count || Task.isCancelled { return events }
            _ = await feed.news.wait(after: seen)
        }
    }

    @Test func `many readers cost one query for each batch`() async throws {
        try await Self.with { hub, feed in
            let start = try await Self.now(hub)
            for name in ["a", "b", "c"] { try await Self.add(name, to: hub) }
            _ = await Self.read(feed, after: start, 3)
            // From here on nobody can ask the database.
            await hub.loseDatabase()
            for _ in 0..<100 {
                let batch = try #require(feed.batch(after: start, epoch: feed.epoch))
                #expect(batch.events.suffix(3).map(\.cluster) == ["a", "b", "c"])
                #expect(feed.batch(after: batch.next, epoch: feed.epoch)?.events == [])
            }
        }
    }

    @Test func `a reader that is behind is sent to the table, and one from another replica waits`() async throws {
        try await Self.with(capacity: 2) { hub, feed in
            let start = try await Self.now(hub)
            for name in ["a", "b", "c", "d"] { try await Self.add(name, to: hub) }
            var position = start
            var events: [EventRecord] = []
            while events.last?.cluster != "d" {
                let batch = try await hub.store.events(after: position)
                events += batch.events
                position = batch.next
            }
            // The newest two are held; who has seen the second has only them before them.
            let held = await Self.read(feed, after: events[events.count - 3].cursor, 2)
            #expect(held.map(\.cluster) == ["c", "d"])
            #expect(feed.batch(after: .beginning, epoch: feed.epoch) == nil)
            #expect(feed.batch(after: position, epoch: feed.epoch)?.events == [])
            #expect(feed.batch(after: position, epoch: feed.epoch + 1) == nil, "looked at in another epoch")
        }
    }

    @Test func `what is held back is looked for again without a word`() async throws {
        try await Self.with { hub, feed in
            let start = try await Self.now(hub)
            let other = try await PostgresConnection.connect(hub.configuration, logger: Self.logger)
            _ = try await other.query("BEGIN")
            _ = try await other.query("SELECT pg_current_xact_id()")
            let told = hub.events.told.version
            try await Self.add("paris", to: hub)
            _ = await hub.events.told.wait(after: told)
            #expect(try await hub.store.events(after: start).events.isEmpty)
            // It ends without anything that the hub would hear of.
            _ = try await other.query("ROLLBACK")
            let events = await Self.read(feed, after: start, 1)
            #expect(events.map(\.cluster) == ["paris"])
        }
    }
}
