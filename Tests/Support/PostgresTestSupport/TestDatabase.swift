import Concurrency
package import Postgres
import Synchronization

/// A database of one test, copied from the migrated template and dropped afterwards.
package struct TestDatabase: Sendable {
    package let configuration: PostgresConfiguration
    package let pool: PostgresPool
    private let name: String

    private static let count = Mutex(0)
    /// Every test at once would be more connections than a small machine opens within the time allowed for one: they take
    /// turns, a few at a time.
    private static let gates = (0..<6).map { _ in AsyncGate() }

    /// Runs `body` with a database of its own.
    ///
    /// `isMigrated`: whether the schema is there; otherwise the database is empty.
    package static func with<Value: Sendable>(
        isMigrated: Bool = true,
        maximumConnections: Int = 4,
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let server = try await TestServer.configuration()
        let number = count.withLock { count in
            count += 1
            return count
        }
        let name = "test_\(number)"
        let gate = gates[number % gates.count]
        try await gate.enter()
        defer { gate.leave() }
        let admin = try await PostgresConnection.connect(server, logger: TestServer.logger)
        let template = isMigrated ? TestServer.template : "template0"
        try await admin.perform { connection in
            _ = try connection.query("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)")
        }
        let configuration = server.database(name)
        let pool = PostgresPool(
            configuration: configuration,
            maximum: maximumConnections,
            logger: TestServer.logger
        )
        let database = TestDatabase(configuration: configuration, pool: pool, name: name)
        let result: Result<Value, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        await pool.close()
        try await admin.perform { connection in
            _ = try connection.query("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
        }
        return try result.get()
    }

    /// Closes its pool and runs `body` with two databases in its place: itself, opened again, and a copy of it as it is now.
    package func withCopy(_ body: (_ reopened: TestDatabase, _ copy: TestDatabase) async throws -> Void) async throws {
        await pool.close()
        let copyName = "\(name)_copy"
        let server = try await TestServer.configuration()
        let admin = try await PostgresConnection.connect(server, logger: TestServer.logger)
        // Backends end a moment after their connections.
        try await admin.perform { connection in
            _ = try connection.query(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = \(name)"
            )
            _ = try connection.query("CREATE DATABASE \(identifier: copyName) TEMPLATE \(identifier: name)")
        }
        let copy = server.database(copyName)
        let databases = [(configuration, name), (copy, copyName)].map { configuration, name in
            TestDatabase(
                configuration: configuration,
                pool: PostgresPool(configuration: configuration, maximum: 4, logger: TestServer.logger),
                name: name
            )
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(databases[0], databases[1])) } catch { result = .failure(error) }
        for database in databases { await database.pool.close() }
        try await admin.perform { connection in
            _ = try connection.query("DROP DATABASE IF EXISTS \(identifier: copyName) WITH (FORCE)")
        }
        try result.get()
    }
}
