import HubStore
import Logging
import Postgres

/// The hub's database, for a command that runs beside a hub or instead of it.
struct OfflineStore {
    let dataDir: String
    /// The hub's PostgreSQL, when it is not its private one.
    let databaseURL: String?

    /// Runs `body` on the database; a private one is started for it, which a running hub's lock forbids.
    func withPool<Value: Sendable>(_ body: @Sendable (PostgresPool) async throws -> Value) async throws -> Value {
        let logger = Logger(label: "otomi.hub")
        if let databaseURL {
            return try await use(PostgresConfiguration(url: databaseURL), logger, body)
        }
        // The lock keeps a running hub's database from being started twice.
        let directory = try DataDirectory(dataDir)
        let server = PrivateServer(directory: directory.path, logger: logger)
        let configuration = try await server.start()
        let result: Result<Value, any Error>
        do { result = .success(try await use(configuration, logger, body)) } catch { result = .failure(error) }
        await server.stop()
        return try result.get()
    }

    private func use<Value: Sendable>(
        _ configuration: PostgresConfiguration,
        _ logger: Logger,
        _ body: @Sendable (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let pool = PostgresPool(configuration: configuration, maximum: 2, logger: logger)
        let result: Result<Value, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.close()
        return try result.get()
    }
}
