import Concurrency
import Postgres
import PostgresTestSupport
import Synchronization
import Testing

@Suite struct PostgresPoolTests {
    @Test func `many units of work share few connections`() async throws {
        try await TestDatabase.with(isMigrated: false, maximumConnections: 3) { database in
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask { try await database.pool.query("SELECT \(number)")[0].get(0) }
                }
                return try await group.reduce(0, +)
            }
            #expect(total == (0..<200).reduce(0, +))
            #expect(database.pool.statistics.open <= 3)
            #expect(database.pool.statistics.waiting == 0)
        }
    }

    @Test func `who waits too long is told so`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let pool = PostgresPool(
                configuration: database.configuration,
                maximum: 1,
                acquireTimeout: .milliseconds(50),
                logger: TestServer.logger
            )
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.query("SELECT pg_sleep(20)") }
                while pool.statistics.open == 0 || pool.statistics.idle > 0 { await Task.yield() }
                let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
                #expect(error?.code == .poolExhausted)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            await pool.close()
        }
    }

    @Test func `beyond the longest line nobody waits`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let pool = PostgresPool(
                configuration: database.configuration,
                maximum: 1,
                maximumWaiters: 2,
                acquireTimeout: .seconds(60),
                logger: TestServer.logger
            )
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.query("SELECT pg_sleep(20)") }
                while pool.statistics.open == 0 || pool.statistics.idle > 0 { await Task.yield() }
                for _ in 0..<2 { group.addTask { try await pool.query("SELECT 1") } }
                while pool.statistics.waiting < 2 { await Task.yield() }
                let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
                #expect(error?.code == .poolExhausted)
                #expect(error?.message.contains("2 units of work wait") == true)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            await pool.close()
        }
    }

    @Test func `connections that the server ended are replaced without anybody noticing`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            for _ in 0..<5 {
                let pid = try await database.pool.query("SELECT pg_backend_pid()::bigint")[0].get(0, as: Int64.self)
                let admin = try await PostgresConnection.connect(database.configuration, logger: TestServer.logger)
                try await admin.perform { connection in
                    _ = try connection.query("SELECT pg_terminate_backend(\(pid)::int, 5000)")
                }
                #expect(try await database.pool.query("SELECT 1")[0].get(0, as: Int.self) == 1)
            }
        }
    }

    @Test func `a failed transaction leaves nothing and a clean connection`() async throws {
        struct Mine: Error {}
        try await TestDatabase.with(isMigrated: false, maximumConnections: 1) { database in
            try await database.pool.query("CREATE TABLE t (a bigint)")
            await #expect(throws: Mine.self) {
                try await database.pool.withTransaction(name: "test") { connection in
                    try connection.query("INSERT INTO t VALUES (1)")
                    throw Mine()
                }
            }
            // Left open by hand: the pool ends it.
            try await database.pool.withConnection { connection in
                try connection.script("BEGIN; INSERT INTO t VALUES (2)")
            }
            #expect(try await database.pool.query("SELECT count(*) FROM t")[0].get(0, as: Int.self) == 0)
        }
    }

    @Test func `serialization failures are retried until every increment counts`() async throws {
        try await TestDatabase.with(isMigrated: false, maximumConnections: 4) { database in
            try await database.pool.query("CREATE TABLE t (a bigint)")
            try await database.pool.query("INSERT INTO t VALUES (0)")
            let attempts = Attempts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await database.pool.withTransaction(.serializable, name: "increment") { connection in
                            attempts.count.withLock { $0 += 1 }
                            let value = try connection.query("SELECT a FROM t")[0].get(0, as: Int64.self)
                            try connection.query("UPDATE t SET a = \(value + 1)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.pool.query("SELECT a FROM t")[0].get(0, as: Int64.self) == 12)
            #expect(attempts.count.withLock { $0 } >= 12)
        }
    }

    private final class Attempts: Sendable {
        let count = Mutex(0)
    }
}
