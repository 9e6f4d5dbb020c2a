import Concurrency
import HubStore
import Logging
import ServiceLifecycle
import Synchronization

/// When each agent was last heard of, written to the database in one statement every few seconds.
///
/// Ten thousand agents poll all the time; a row update for each poll would be the busiest write of the hub.
final class AgentPresence: Service, Sendable {
    /// How old the written time may be.
    static let interval: Duration = .seconds(5)

    private let store: HubStore
    private let clock: WallClock
    private let logger: Logger
    private let seen = Mutex<[String: UnixTime]>([:])

    init(store: HubStore, clock: @escaping WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Notes that an agent spoke; it is written within ``interval``.
    func saw(_ agent: AgentIdentity) {
        seen.withLock { $0[agent.clusterID] = clock() }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.write() }
        }
        await write()
    }

    /// Writes what was noted since the last time.
    ///
    /// A batch that fails is dropped: every agent speaks again soon.
    func write() async {
        let batch = seen.withLock { seen in
            defer { seen.removeAll(keepingCapacity: true) }
            return seen
        }
        guard !batch.isEmpty else { return }
        do {
            try await store.touch(batch)
        } catch {
            logger.warning("could not write when agents were last seen", metadata: ["error": "\(error)"])
        }
    }
}
