import Concurrency
import HubStore
import Logging
import ServiceLifecycle

/// Cuts what is held open for clusters that were shut out, also where the notification of it was lost.
struct RevocationScan: Service {
    /// Half of what a revocation may take at most.
    static let interval: Duration = .seconds(2)
    /// How far back it looks: replicas' clocks differ.
    private static let reach: Duration = .seconds(60)

    let store: HubStore
    let events: StoreEvents
    let clock: WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await scan() }
        }
    }

    /// Wakes whoever is held open for a cluster that was shut out lately; they look themselves.
    func scan() async {
        do { events.wake(try await store.shutOut(since: clock() - Self.reach)) } catch {
            logger.debug("revocations could not be looked for", metadata: ["error": "\(error)"])
        }
    }
}
