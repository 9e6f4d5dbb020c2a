import Concurrency
import Postgres
import PostgresTestSupport
import Testing

@Suite struct PostgresListenerTests {
    @Test func `notifications arrive and a broken connection is followed by a resync`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let (events, sink) = AsyncStream.makeStream(
                of: PostgresListener.Event.self,
                bufferingPolicy: .bufferingOldest(100)
            )
            let listener = PostgresListener(
                database.configuration,
                channels: ["one", "Two"],
                logger: TestServer.logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await listener.run { sink.yield($0) } }
                var iterator = events.makeAsyncIterator()
                #expect(await iterator.next() == .resync)
                try await database.pool.query(
                    "SELECT pg_notify('one', 'a'), pg_notify('Two', 'b'), pg_notify('no', '')"
                )
                #expect(await iterator.next() == .notification(channel: "one", payload: "a"))
                #expect(await iterator.next() == .notification(channel: "Two", payload: "b"))
                try await database.pool.query(
                    """
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """
                )
                #expect(await iterator.next() == .resync)
                try await database.pool.query("SELECT pg_notify('one', 'again')")
                #expect(await iterator.next() == .notification(channel: "one", payload: "again"))
                group.cancelAll()
            }
        }
    }
}
