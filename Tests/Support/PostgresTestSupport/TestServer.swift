import Glibc
package import Logging
import Migrations
package import Postgres
import Synchronization

/// The one throw-away PostgreSQL of a test process: started when first asked for, gone when the process is.
package enum TestServer {
    /// A logger that says nothing below a warning.
    package static let logger: Logger = {
        var logger = Logger(label: "otomi.test")
        logger.logLevel = .warning
        return logger
    }()

    /// The migrated database that test databases are copied from.
    static let template = "otomi_template"

    private static let starting = Mutex<Task<PostgresConfiguration, any Error>?>(nil)

    /// How to reach the server; its template database is migrated.
    package static func configuration() async throws -> PostgresConfiguration {
        // One unstructured task for the process: whoever asks first starts the server for everybody.
        let task = starting.withLock { starting in
            if let starting { return starting }
            let task = Task { try await start() }
            starting = task
            return task
        }
        return try await task.value
    }

    private static func start() async throws -> PostgresConfiguration {
        // ext4 looks long for a free inode where hundreds were freed in the last seconds: on disk each new database would
        // take the longer the more had gone.
        let directory = try TemporaryDirectory(prefix: "otomi-test-postgres", inMemory: true)
        let server = PrivateServer(directory: directory.path, durability: .none, logger: logger)
        let configuration = try await server.start()
        processes.withLock { $0 = Leftover(server: server, directory: directory) }
        // At exit nothing can be awaited: the server is told to quit without ceremony and its folder goes.
        atexit {
            guard let left = TestServer.processes.withLock({ $0 }) else { return }
            if let pid = left.server.processID {
                kill(pid, SIGKILL)
                while kill(pid, 0) == 0 { usleep(1000) }
            }
            left.server.removeRemains()
            left.directory.remove()
        }
        try await makeTemplate(configuration)
        return configuration
    }

    private static func makeTemplate(_ configuration: PostgresConfiguration) async throws {
        let admin = try await PostgresConnection.connect(configuration, logger: logger)
        try await admin.perform { connection in
            _ = try connection.query("CREATE DATABASE \(identifier: template)")
        }
        let pool = PostgresPool(configuration: configuration.database(template), maximum: 1, logger: logger)
        let steps = Migrations.all.map { Migration(version: $0.version, name: $0.name, sql: $0.sql) }
        try await MigrationRunner(steps, logger: logger).apply(to: pool)
        await pool.close()
    }

    private struct Leftover: Sendable {
        let server: PrivateServer
        let directory: TemporaryDirectory
    }

    private static let processes = Mutex<Leftover?>(nil)
}
