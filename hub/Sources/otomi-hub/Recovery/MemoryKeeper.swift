import Concurrency
import HubStore
import JSON
import Logging
import ServiceLifecycle

/// Remembers in the data directory how far the database is, and notices at a start that it was restored from a backup.
///
/// A hub without a lasting data directory remembers nothing; then its agents tell.
struct MemoryKeeper: Service {
    private static let file = "memory.json"
    /// How far behind the memory may be.
    private static let interval: Duration = .seconds(30)

    let directory: DataDirectory
    let store: HubStore
    let logger: Logger

    /// Compares the database with what is remembered; what is missing opens a recovery.
    ///
    /// - Throws: `StoreError`, `DataDirectory.Unusable`.
    func compare() async throws {
        guard let text = try directory.text(of: Self.file) else { return try await keep() }
        let memory: HubMemory
        do throws(JSONError) { memory = try HubMemory(json: JSONValue(parsing: Array(text.utf8))) } catch {
            logger.warning("what the hub remembered cannot be read", metadata: ["error": "\(error)"])
            return try await keep()
        }
        if let lack = try await store.compare(with: memory) {
            logger.critical(
                "the database is older than this hub: it was restored from a backup. See: otomi recovery show",
                metadata: ["missing": "\(lack)"]
            )
        }
        // From now on the database that is there counts: the recovery is written down in it.
        try await keep()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.tryToKeep() }
        }
        await tryToKeep()
    }

    private func tryToKeep() async {
        do { try await keep() } catch {
            logger.warning("how far the database is was not remembered", metadata: ["error": "\(error)"])
        }
    }

    private func keep() async throws {
        let bytes = try await store.memory().json.serialized() + Array("\n".utf8)
        guard try directory.text(of: Self.file).map({ Array("\($0)\n".utf8) }) != bytes else { return }
        try directory.write(bytes, to: Self.file, mode: 0o600)
    }
}
